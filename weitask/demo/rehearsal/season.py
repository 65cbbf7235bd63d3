"""What happens when: submissions, reviews, answers, deletions, stops, an outage, a mended card. All from one seed."""

import heapq
import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from billing import credit
from orders import answering
from orders.models import Order
from tasks import drafting, review
from tasks.drafting import SelectionInput, TaskInput
from tasks.models import Submission, Task
from weitask.demo.control import Control
from weitask.demo.rehearsal.cast import GOOD_CARD, Cast, deliver_notifications, give_card
from weitask.refusal import Refusal

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HALF: Final = timedelta(minutes=30)
TEXTS: Final = (
    "周末去哪儿吃？这家老火锅值得排队",
    "新品上市，第二件半价",
    "城市骑行指南来了",
    "一口气看完的好书",
    "夏夜露台音乐会",
)
OUTAGE: Final = (
    "statuses/show_batch",
    "statuses/upload_url_text",
    "statuses/update",
    "statuses/repost",
    "statuses/user_timeline",
)


@dataclass
class Season:
    """The script: a heap of moments with what somebody does then."""

    cast: Cast
    start: datetime
    events: list[tuple[datetime, int, Callable[[datetime], None]]] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    @property
    def control(self) -> Control:
        return self.cast.control

    def at(self, moment: datetime, deed: Callable[[datetime], None]) -> None:
        """Have something done at a moment, or at the next step after it."""
        heapq.heappush(self.events, (moment, next(self._numbers), deed))

    def next_scripted(self) -> datetime | None:
        """The moment of the next deed."""
        return self.events[0][0] if self.events else None

    def act(self, now: datetime) -> None:
        """Do everything scripted by now; Sina's notifications come in too."""
        deliver_notifications(control=self.control, now=now)
        while self.events and self.events[0][0] <= now:
            heapq.heappop(self.events)[2](now)

    def write(self, *, tasks: int, days: int) -> None:
        """`tasks` tasks, their starts within the first `days` days, on few distinct minutes."""
        for number in range(tasks):
            day = number * days // tasks
            submitted = self.start + day * DAY + (number % 5) * 2 * HOUR
            self.at(submitted, lambda now, n=number: self.begin(n, now))  # type: ignore[misc]
        self.at(self.start + 2 * DAY + 21 * HOUR, self._outage)
        self.at(self.start + 2 * DAY + 22 * HOUR, lambda now: self._recover())
        self.at(self.start + DAY + 12 * HOUR, self._fee)
        self.at(self.start + 9 * DAY, self._mend_card)
        self._lose_answers()

    def begin(self, number: int, now: datetime) -> None:
        """An advertiser writes a task and submits it."""
        person = number % 7 == 3
        owner = self.cast.persons[number % 2] if person else self.cast.enterprises[number % 3]
        wanted = [a for a in self.cast.accounts if a.specific] if person else self.cast.accounts
        chosen = self.cast.rng.sample(wanted, min(len(wanted), 4 if person else 11))
        data = TaskInput(
            form="repost" if person else "original",
            text=f"{TEXTS[number % 5]} 第{number}期",
            source_url=self.cast.sources[owner.pk] if person else "",
            start_at=now + (2 + number % 3) * HOUR,
            selections=tuple(SelectionInput(account.pk) for account in chosen),
        )
        task = drafting.create(advertiser=owner, by=owner.user, data=data, now=now)
        submission = self._submit(task, data, now)
        if submission is None or number % 13 == 11:  # nobody looks: 审核超时
            return
        if number % 9 == 5:
            self.at(now + HALF, lambda then: self._reject(submission, data, then))
        else:
            self.at(now + HALF, lambda then: self._approve(submission, number, then))

    def _submit(self, task: Task, data: TaskInput, now: datetime) -> Submission | None:
        """提交审核; accounts that the rules refuse are left out once."""
        for _ in range(2):
            try:
                return review.submit(task=task, by=task.advertiser.user, now=now)
            except Refusal as refusal:
                self.refused.update(problem.code for problem in refusal.problems)
                rows = {problem.row for problem in refusal.problems}
                kept = tuple(one for row, one in enumerate(data.selections) if row not in rows)
                fresh = TaskInput(data.form, data.text, data.source_url, (), data.start_at, kept)
                task = drafting.change(task=task, by=task.advertiser.user, data=fresh, now=now)
        return None

    def _reject(self, submission: Submission, data: TaskInput, now: datetime) -> None:
        review.reject(submission=submission, by=self.cast.reviewer, reason="请补充销售授权证明后再提交", now=now)
        task = Task.objects.get(pk=submission.task_id)
        later = TaskInput(data.form, data.text, data.source_url, (), now + 3 * HOUR, data.selections)
        task = drafting.change(task=task, by=task.advertiser.user, data=later, now=now)
        again = self._submit(task, later, now)
        if again is not None:
            self.at(now + HALF, lambda then: self._approve(again, 0, then))

    def _approve(self, submission: Submission, number: int, now: datetime) -> None:
        review.approve(submission=submission, by=self.cast.reviewer, now=now)
        self.at(now + HALF, lambda then: self._answers(submission.task_id, then))
        start = submission.start_at
        if number == 4:
            self.at(start - HALF, lambda then: self._halt(submission.task_id, then))
        elif number == 8:
            self.at(start + 3 * HOUR, lambda then: self._halt(submission.task_id, then))
            self.at(start + 5 * HOUR, lambda then: self._delete(submission.task_id, then, share=2))
        elif number % 5 == 1:
            self.at(start + 10 * HOUR, lambda then: self._delete(submission.task_id, then, share=4))
        elif number % 5 == 2:
            self.at(start + 5 * DAY, lambda then: self._delete(submission.task_id, then, share=4))

    def _answers(self, task_id: int, now: datetime) -> None:
        """Habits: most accept, every eighth account refuses, every sixth never looks."""
        for order in Order.objects.filter(task=task_id, state="dispatched").select_related("owner").order_by("pk"):
            habit = (order.account_id + order.pk) % 24
            try:
                if habit % 8 == 5:
                    reason = "内容与帐号的风格不太符合，抱歉"
                    answering.refuse(order=order, by=order.owner, code="style", reason=reason, now=now)
                elif habit % 6 != 4:
                    answering.accept(order=order, by=order.owner, ip="203.0.113.7", now=now)
            except Refusal as refusal:
                self.refused[refusal.code] += 1

    def _halt(self, task_id: int, now: datetime) -> None:
        task = Task.objects.get(pk=task_id)
        review.halt(task=task, by=self.cast.reviewer, reason="内容涉及不宜发布的信息", now=now)

    def _delete(self, task_id: int, now: datetime, *, share: int) -> None:
        posted = Order.objects.filter(task=task_id, weibo_id__isnull=False).order_by("pk")
        for order in posted[::share]:
            self.control.post(f"weibo/posts/{order.weibo_id}/delete/")
            self.faults["deletion"] += 1

    def _outage(self, now: datetime) -> None:
        for target in OUTAGE:
            self.control.post("faults/", {"target": target, "kind": "http_500", "times": None})
        self.faults["outage"] += 1

    def _recover(self) -> None:
        self.control.clear_faults()

    def _lose_answers(self) -> None:
        lost = {"target": "statuses/update", "kind": "timeout_after", "seconds": 0, "times": 3}
        self.control.post("faults/", lost)
        self.faults["lost_answer"] += 3

    def _fee(self, now: datetime) -> None:
        credit.set_fee_rate(rate_bp=500, valid_from=now, by=self.cast.finance, now=now)

    def _mend_card(self, now: datetime) -> None:
        give_card(owner=self.cast.accounts[4].owner, number=GOOD_CARD, now=now)
