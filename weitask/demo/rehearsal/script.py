"""What happens when: a week of tasks with everything that may go wrong in it, and the days after. All from one seed.

Tasks start at three times of the day, so that a month has hundreds of moments and not thousands.
"""

import heapq
import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from accounts.models import Advertiser
from orders.models import Order
from tasks.drafting import SelectionInput, TaskInput
from tasks.models import Submission, Task
from weitask.demo.control import Control
from weitask.demo.rehearsal import actors, market
from weitask.demo.rehearsal.market import Cast, Member
from weitask.demo.rehearsal.weather import LOST_PAYOUT, NEVER_DONE, OUTAGE, Weather

Deed = Callable[[datetime], object]

HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
HALF: Final = timedelta(minutes=30)
STARTS: Final = (3 * HOUR, 7 * HOUR + HALF, 11 * HOUR)  # after 09:00: at 12:00, 16:30 and 20:00
AHEAD: Final = 2 * HOUR  # from submission to start
TEXTS: Final = (
    "周末去哪儿吃？这家老火锅值得排队",
    "新品上市，第二件半价",
    "城市骑行指南来了",
    "一口气看完的好书",
    "夏夜露台音乐会",
)
CHOSEN: Final = {"original": 11, "repost": 4}  # accounts of a task
RECHARGES: Final = (  # fen, and how Sina's notification comes (F22-F27); the last two are found by query
    ("enterprises", 0, 3_000_000, "twice"),
    ("enterprises", 1, 3_500_000, "late"),
    ("enterprises", 2, 200_000, "once"),
    ("persons", 0, 300_000, "never"),
    ("persons", 1, 300_000, "forged"),
)
CREDIT: Final = 2_000_000  # fen, of the third enterprise
DEEDS: Final = (  # what is done to the market, counted; the weather counts for itself
    *(f"notify_{how}" for how in ("twice", "late", "never", "forged")),
    "deleted_before_24h", "deleted_after_24h", "deleted_in_outage", "deleted_after_halt", "removed_by_weibo",
    "hidden", "halted_before_post", "halted_after_post", "revoked_token", "stepped_back", "verdict",
    "fee_change", "refused_card", "card_that_returns", "no_card",
)  # fmt: skip
CARD_DEEDS: Final = {market.REFUSED: "refused_card", market.COMES_BACK: "card_that_returns", "": "no_card"}
MENDED: Final = {market.REFUSED: 9 * DAY, market.COMES_BACK: 12 * DAY, "": 6 * DAY}  # after the beginning


@dataclass(frozen=True)
class Work:
    """A task on its way: its number in the script, whose it is, when it starts, what it says."""

    number: int
    advertiser: Advertiser
    start: datetime
    data: TaskInput


@dataclass
class Script:
    """A heap of moments with what somebody does then."""

    cast: Cast
    start: datetime
    weather: Weather
    deeds: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(DEEDS, 0)))
    _heap: list[tuple[datetime, int, Deed]] = field(default_factory=list)
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    @property
    def control(self) -> Control:
        return self.cast.control

    @property
    def faults(self) -> dict[str, int]:
        """Everything that was made to go wrong, by kind; a kind that never came says 0."""
        return dict(sorted((self.deeds + self.weather.struck).items() | self._never()))

    def _never(self) -> set[tuple[str, int]]:
        return {(kind, 0) for kind, count in (*self.deeds.items(), *self.weather.struck.items()) if not count}

    def at(self, moment: datetime, deed: Deed) -> None:
        """Have something done at a moment, or at the next step after it."""
        heapq.heappush(self._heap, (moment, next(self._numbers), deed))

    def next_scripted(self) -> datetime | None:
        """The moment of the next deed."""
        return self._heap[0][0] if self._heap else None

    def act(self, now: datetime) -> int:
        """Do everything scripted by now; how many deeds that were."""
        done = 0
        while self._heap and self._heap[0][0] <= now:
            heapq.heappop(self._heap)[2](now)
            done += 1
        return done

    # --- The plan -----------------------------------------------------------------------------------------------------

    def write(self, *, tasks: int, days: int) -> None:
        """`tasks` tasks with their starts in the first `days` days, and everything around them."""
        self.at(self.start, self._money)
        for number in range(tasks):
            start = self.start + number * days // tasks * DAY + STARTS[number % len(STARTS)]
            self.at(start - AHEAD, partial(self.begin, number, start))
        self.at(self.start + 36 * HOUR, self._fee)
        self._plan_weather()

    def open_desk(self, *, until: datetime) -> None:
        """Each morning at ten somebody decides what waits for a person."""
        morning = self.start + DAY + HOUR
        while morning <= until:
            self.at(morning, self._desk)
            morning += DAY

    def mend_cards(self, *digits: str) -> None:
        """The owners whose cards end so see to them in time."""
        for place, digit in market.CARDS.items():
            if digit in digits and place < len(self.cast.owners):
                self.at(self.start + MENDED[digit], partial(self.mend_card, place, digit))

    def _plan_weather(self) -> None:
        """An hour of outage over the evening's start and its 24-hour marks; on another evening half of the posts fail.

        Each post that is made late has its own 24-hour mark and its own days, so they are late together.
        """
        self.weather.lost_answers()
        third, fifth = self.start + 2 * DAY + STARTS[-1], self.start + 4 * DAY + STARTS[-1]
        self.at(third - 10 * MINUTE, lambda _: self.weather.outage())
        self.at(third + 50 * MINUTE, lambda _: self.weather.end(OUTAGE))
        self.at(fifth - MINUTE, lambda _: self.weather.failed_sends())
        self.at(fifth + MINUTE, lambda _: self.weather.end(NEVER_DONE))

    def begin(self, number: int, start: datetime, now: datetime) -> None:
        """An advertiser writes a task and submits it; a reviewer decides, or does not come to it."""
        task, work = self.draft(number, start, now=now)
        submission = actors.submit(task=task, data=work.data, now=now)
        if submission is None or number % 13 == 12:  # nobody looks: 审核超时
            return
        self.at(now + HALF, partial(self._reject if number % 9 == 5 else self.approve, submission, work))

    def draft(self, number: int, start: datetime, *, now: datetime) -> tuple[Task, Work]:
        """Task `number` of the script as a draft."""
        person = number % 7 == 3
        advertiser = self.cast.persons[number % 2] if person else self.cast.enterprises[number % 3]
        data = TaskInput(
            form="repost" if person else "original",
            text=f"{TEXTS[number % len(TEXTS)]} 第{number}期",
            source_url=self.cast.sources[advertiser.pk] if person else "",
            start_at=start,
            selections=self._choose(number, start, advertiser),
        )
        task = actors.write(advertiser=advertiser, data=data, now=now)
        return task, Work(number, advertiser, start, data)

    def _choose(self, number: int, start: datetime, advertiser: Advertiser) -> tuple[SelectionInput, ...]:
        """The accounts of a task; in the evening two of them start later than the others (R22)."""
        count = CHOSEN["original" if advertiser.is_enterprise else "repost"]
        seen = actors.on_the_market(advertiser=advertiser)
        chosen = self.cast.chance("task", number).sample(seen, min(len(seen), count))
        later = {2: start + 15 * MINUTE, 3: start + 45 * MINUTE} if number % 6 == 2 else {}
        return tuple(SelectionInput(pk, later.get(place)) for place, pk in enumerate(chosen))

    # --- Deeds --------------------------------------------------------------------------------------------------------

    def _money(self, now: datetime) -> None:
        for group, place, amount, notify in RECHARGES:
            actors.recharge(self.cast, getattr(self.cast, group)[place], amount, notify=notify, now=now)
            if notify != "once":
                self.deeds[f"notify_{notify}"] += 1
        actors.grant_credit(self.cast, self.cast.enterprises[2], CREDIT, now=now)
        actors.set_fee(self.cast, 300, now=now)

    def _fee(self, now: datetime) -> None:
        actors.set_fee(self.cast, 500, now=now)
        self.deeds["fee_change"] += 1

    def _desk(self, now: datetime) -> None:
        self.deeds["verdict"] += actors.decide_open(self.cast, now=now)

    def mend_card(self, place: int, digit: str, now: datetime) -> None:
        """A good card at last; the bank takes the payouts that waited for it, but its answer is lost (F30)."""
        self.weather.lost_payout()
        self.at(now + 2 * MINUTE, lambda _: self.weather.end(LOST_PAYOUT))
        market.give_card(owner=self.cast.owners[place], last_digit=market.GOOD, now=now)
        self.deeds[CARD_DEEDS[digit]] += 1

    def _reject(self, submission: Submission, work: Work, now: datetime) -> None:
        actors.reject(self.cast, submission, now=now)
        again = actors.correct(submission=submission, data=work.data, now=now)
        if again is not None:
            self.at(now + 20 * MINUTE, partial(self.approve, again, work))

    def approve(self, submission: Submission, work: Work, now: datetime) -> None:
        """通过, and what the owners will do."""
        actors.approve(self.cast, submission, now=now)
        task = submission.task_id
        self.at(now + 20 * MINUTE, partial(self._answers, task, slow=False))
        self.at(work.start - 20 * MINUTE, partial(self._answers, task, slow=True))
        self.at(work.start + 10 * HOUR, partial(self._delete_early, task))
        self.at(work.start + 5 * DAY, partial(self._delete_late, task))
        if work.number % 9 == 6:
            self.at(work.start + HOUR, partial(self._add, task, work))
        if incident := INCIDENTS.get(work.number):
            after, name = incident
            self.at(work.start + after, partial(getattr(self, name), task))

    def _answers(self, task: int, now: datetime, *, slow: bool) -> None:
        actors.answer(self.cast, task, slow=slow, now=now)

    def _add(self, task: int, work: Work, now: datetime) -> None:
        """增加订单: four more accounts for the next time of the day."""
        chosen_before = {one.account_id for one in work.data.selections}
        others = [pk for pk in actors.on_the_market(advertiser=work.advertiser) if pk not in chosen_before]
        chosen = self.cast.chance("more", work.number).sample(others, min(len(others), 4))
        start = work.start + 4 * HOUR + HALF
        if actors.add_orders(task_id=task, chosen=chosen, start=start, now=now) is not None:
            self.at(now + 20 * MINUTE, partial(self._answers, task, slow=False))

    def _delete_early(self, task: int, now: datetime) -> None:
        self.deeds["deleted_before_24h"] += actors.delete(self.cast, actors.posts_of(task), wants=self._careless)

    def _delete_late(self, task: int, now: datetime) -> None:
        self.deeds["deleted_after_24h"] += actors.delete(self.cast, actors.posts_of(task), wants=self._tidy)

    def _careless(self, member: Member, order: Order) -> bool:
        drawn = self.cast.chance("early", member.uid, order.start_at).randrange(100)
        return drawn < member.habit.deletes_early

    def _tidy(self, member: Member, order: Order) -> bool:
        return self.cast.chance("late", member.uid, order.start_at).randrange(100) < member.habit.deletes_late

    # --- Incidents: each happens to one task --------------------------------------------------------------------------

    def halt_before(self, task: int, now: datetime) -> None:
        """叫停 before anything is posted (R85)."""
        actors.halt(self.cast, task, now=now)
        self.deeds["halted_before_post"] += 1

    def halt_after(self, task: int, now: datetime) -> None:
        """叫停 after posting: half of the owners delete, and are paid all the same (R86)."""
        actors.halt(self.cast, task, now=now)
        self.deeds["halted_after_post"] += 1
        self.at(now + 2 * HOUR, partial(self._obey, task))

    def halt_by_fault(self, task: int, now: datetime) -> None:
        """叫停 by the platform's own fault: the advertiser gets goodwill (A22)."""
        actors.halt(self.cast, task, platform_fault=True, now=now)
        self.deeds["halted_after_post"] += 1

    def delete_one_before(self, task: int, now: datetime) -> None:
        """Deleted minutes before the mark (F52)."""
        self.deeds["deleted_before_24h"] += actors.delete(self.cast, actors.posts_of(task)[:1])

    def delete_one_after(self, task: int, now: datetime) -> None:
        """Deleted minutes after the mark (F53)."""
        self.deeds["deleted_after_24h"] += actors.delete(self.cast, actors.posts_of(task)[:1])

    def delete_unseen(self, task: int, now: datetime) -> None:
        """Deleted while nobody can look, at the mark: a person must decide (A6)."""
        self.deeds["deleted_in_outage"] += actors.delete(self.cast, actors.posts_of(task)[:1])

    def remove(self, task: int, now: datetime) -> None:
        """Removed by Weibo itself: the owner is paid (A7)."""
        self.deeds["removed_by_weibo"] += actors.delete(self.cast, actors.posts_of(task)[:1], by="platform")

    def hide(self, task: int, now: datetime) -> None:
        """Made private, which is as good as deleted (A7)."""
        for order in actors.posts_of(task)[:1]:
            self.control.post(f"weibo/posts/{order.weibo_id}/hide/")
            self.deeds["hidden"] += 1

    def revoke(self, task: int, now: datetime) -> None:
        """The authorisation is withdrawn between accepting and posting (F47), and given again the next day."""
        for order in actors.accepted_of(task)[:1]:
            member = actors.revoke(self.cast, order)
            self.deeds["revoked_token"] += 1
            self.at(now + DAY, partial(self._authorise_again, member))

    def _authorise_again(self, member: Member, now: datetime) -> None:
        actors.authorise_again(self.cast, member, now=now)

    def step_back(self, task: int, now: datetime) -> None:
        """An owner is let go by an operator (A45)."""
        for order in actors.accepted_of(task)[:1]:
            actors.step_back(self.cast, order, now=now)
            self.deeds["stepped_back"] += 1

    def _obey(self, task: int, now: datetime) -> None:
        self.deeds["deleted_after_halt"] += actors.delete(self.cast, actors.posts_of(task)[::2])


# By number of the task: how long after its start, and what happens. Number 8 has its 24-hour marks in the outage.
INCIDENTS: Final = {
    4: (-HALF, "halt_before"),
    8: (DAY + 10 * MINUTE, "delete_unseen"),
    9: (3 * HOUR, "halt_after"),
    16: (2 * HOUR, "halt_by_fault"),
    19: (DAY - 8 * MINUTE, "delete_one_before"),
    20: (DAY + MINUTE, "delete_one_after"),
    21: (6 * HOUR, "remove"),
    22: (7 * HOUR, "hide"),
    26: (-15 * MINUTE, "revoke"),
    27: (-15 * MINUTE, "step_back"),
}
