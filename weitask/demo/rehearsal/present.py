"""What is open when the demo data end: a task in every state, an order under every label, money on its way."""

from datetime import datetime, timedelta
from functools import partial
from typing import Final

from billing import topups
from weitask.demo.rehearsal import actors, market
from weitask.demo.rehearsal.script import DAY, HOUR, MINUTE, Script
from weitask.demo.rehearsal.weather import OUTAGE

FIRST: Final = 60  # number of the first of these tasks; no incident of the script has it
BANK_TAKES: Final = timedelta(hours=20)  # so that a payout is seen as 待付款


def leave_open(script: Script, *, end: datetime) -> None:
    """Plan the last day and a half before `end`, a whole minute."""
    script.mend_cards("")  # the others stay as they are: one card is refused every day, one comes back once more
    script.open_desk(until=end - 3 * HOUR)
    for place, (start, submitted) in enumerate(_RUN):
        script.at(end + submitted, partial(script.begin, FIRST + place, end + start))
    script.at(end - 110 * MINUTE, partial(_delete_unseen, script, end - 26 * HOUR))
    script.at(end - 2 * HOUR, lambda _: script.weather.outage())
    script.at(end - 75 * MINUTE, lambda _: script.weather.end(OUTAGE))
    script.at(end - 3 * HOUR, partial(_never_reviewed, script, end - HOUR))
    script.at(end - 3 * HOUR, partial(_rejected, script, end + 2 * DAY))
    script.at(end - 30 * MINUTE, partial(_in_review, script, end + 5 * HOUR))
    script.at(end - 20 * MINUTE, partial(_drafted, script, end + 2 * DAY))
    script.at(end - 15 * MINUTE, partial(_paying, script))
    script.at(end - 10 * MINUTE, partial(_recharging, script))


# Start and submission, from the end: watched over the outage, just achieved, published, accepted or not answered yet.
_RUN: Final = (
    (-26 * HOUR, -28 * HOUR),
    (-DAY - 10 * MINUTE, -26 * HOUR),
    (-6 * HOUR, -8 * HOUR),
    (4 * HOUR, -130 * MINUTE),
    (3 * DAY, -140 * MINUTE),
    (DAY, -40 * MINUTE),  # approved ten minutes ago: this and the last one wait for the answer of the demo's own owner
    (5 * HOUR, -2 * HOUR),  # a person's
    (2 * DAY, -40 * MINUTE),
)


def _delete_unseen(script: Script, start: datetime, now: datetime) -> None:
    """A case for the reviewer: deleted while Weibo could not be read, over the 24-hour mark (A6)."""
    task = actors.task_starting(at=start)
    if task is not None:
        script.delete_unseen(task.pk, now)


def _never_reviewed(script: Script, start: datetime, now: datetime) -> None:
    """审核超时."""
    task, work = script.draft(FIRST + 9, start, now=now)
    actors.submit(task=task, data=work.data, now=now)


def _rejected(script: Script, start: datetime, now: datetime) -> None:
    """驳回."""
    task, work = script.draft(FIRST + 10, start, now=now)
    submission = actors.submit(task=task, data=work.data, now=now)
    if submission is not None:
        actors.reject(script.cast, submission, now=now)


def _in_review(script: Script, start: datetime, now: datetime) -> None:
    """审核中: an enterprise's and a person's."""
    for number in (FIRST + 12, FIRST + 13):
        task, work = script.draft(number, start, now=now)
        actors.submit(task=task, data=work.data, now=now)


def _drafted(script: Script, start: datetime, now: datetime) -> None:
    """草稿."""
    script.draft(FIRST + 15, start, now=now)


def _paying(script: Script, now: datetime) -> None:
    """待付款: the card that money came back from is replaced, and the bank takes its time."""
    places = [place for place, digit in market.CARDS.items() if digit == market.COMES_BACK]
    for place in places:
        if place < len(script.cast.owners):
            script.control.post("settings/", {"settle_delay": int(BANK_TAKES.total_seconds())})
            market.give_card(owner=script.cast.owners[place], last_digit=market.GOOD, now=now)


def _recharging(script: Script, now: datetime) -> None:
    """A recharge whose cashier page is still open."""
    topups.start(advertiser=script.cast.enterprises[0], amount=500_000, payer_ip=actors.OWNERS_IP, now=now)
