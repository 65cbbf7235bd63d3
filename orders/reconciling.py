"""Finding out what became of a post whose answer never came, before anything is sent again (R81, architecture 5).

From 180 s after sending the account's timeline is read back. A match is the post. Absence is proven by two complete
reads at least 60 s apart with no deletion newer than the base in any read; only then may `publishing` try once more.
What can be neither found nor ruled out waits for a person, its money frozen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from django.db.models import Min
from django.utils.translation import gettext_noop

from accounts import weibo_binding
from accounts.vault import VaultError
from orders import attempts, lifecycle, pool, recording, timeline
from orders.attempts import ON_THE_WIRE
from orders.batches import in_batches
from orders.models import Order, PublishAttempt
from orders.moves import Cause, State
from orders.stopwatch import Stopwatch
from orders.timeline import Look, Question
from orders.verdicts import Undecided
from weitask import alarms, faultpoints
from weitask.gateways import weibo
from weitask.gateways.errors import GatewayError, ReauthoriseError
from weitask.gateways.weibo import WeiboClient
from weitask.models import Alarm

BATCH: Final = 64
LOOK_FOR: Final = 60.0  # business seconds of one look
APART: Final = timedelta(seconds=60)  # between the two reads that prove absence
READS: Final = 2
AGAIN: Final = timedelta(seconds=30)  # after a read that failed
ALARM_AFTER: Final = timedelta(hours=1)  # then a person sees it, and reads become rarer
AGAIN_LATER: Final = timedelta(minutes=10)
AGAIN_RARELY: Final = timedelta(hours=6)  # from a day on
REPEATED_CODES: Final = frozenset({"20017", "20019", "20111"})  # refused as a repeat, and no first one there


@dataclass(frozen=True)
class _Finding:
    """A look at one attempt's timeline, with what the main thread made of it."""

    question: Question
    look: Look
    post: weibo.Post | None


def reconcile_due(now: datetime) -> int:
    """Decide attempts whose answer never came; returns how many were decided (found, or proven absent)."""
    watch = Stopwatch(now)
    attempts.close_over(now=now)
    decided = 0
    while claimed := attempts.claim_unknown(limit=BATCH, now=now):
        faultpoints.hit("reconcile.claimed")
        decided += _reconcile(claimed, watch=watch)
        if watch.seconds() > LOOK_FOR:
            break
    return decided


def reconcile_next_due(now: datetime) -> datetime | None:
    """When the next unknown attempt is looked for."""
    waiting = PublishAttempt.objects.filter(state__in=ON_THE_WIRE)
    return waiting.aggregate(due=Min("next_at"))["due"]


def _reconcile(attempt_ids: Sequence[int], *, watch: Stopwatch) -> int:
    asked_at = watch.read()
    client = weibo.client().pinned(now=asked_at)
    questions, blind = _questions(attempt_ids)
    for attempt in blind:
        _put_off(attempt, now=watch.read())
    looks = pool.each(partial(timeline.look, client=client), questions)
    faultpoints.hit("reconcile.answered")
    roots = _roots([one for one in questions if one.source_id], client=client)
    now = watch.read()
    findings = {one.question.attempt_id: one for one in _findings(questions, looks, roots)}
    return in_batches(
        ids=list(findings),
        work=lambda ids: sum(_settle(findings[key], roots, asked_at=asked_at, now=now) for key in ids),
        sweep="orders.reconcile",
        now=now,
        size=1,
    )


def _questions(attempt_ids: Sequence[int]) -> tuple[list[Question], list[PublishAttempt]]:
    """What to ask of each timeline; apart, the attempts whose account gives us no access just now."""
    rows = PublishAttempt.objects.filter(pk__in=attempt_ids).select_related("order__account__weibo")
    first_ones = PublishAttempt.objects.filter(order__attempts__in=attempt_ids, number=1)
    firsts = {attempt.order_id: attempt for attempt in first_ones}
    questions: list[Question] = []
    blind: list[PublishAttempt] = []
    for attempt in rows.order_by("sent_at", "pk"):  # a post is given to the first that may have made it
        try:
            token = weibo_binding.token_of(attempt.order.account.weibo)
        except (weibo_binding.NotAuthorised, VaultError):
            blind.append(attempt)
            continue
        questions.append(_question(attempt, first=firsts[attempt.order_id], token=token))
    return questions, blind


def _question(attempt: PublishAttempt, *, first: PublishAttempt, token: str) -> Question:
    order = attempt.order
    sent_at = attempt.sent_at or attempt.armed_at
    return Question(
        attempt_id=attempt.pk,
        order_id=order.pk,
        number=order.number,
        uid=order.account.weibo.uid,
        token=token,
        base_post_id=first.base_post_id or attempt.base_post_id,
        first_sent_at=first.sent_at or sent_at,
        sent_at=sent_at,
        source_id=order.source_id,
        text=order.text,
    )


def _roots(reposts: Sequence[Question], *, client: WeiboClient) -> dict[str, str] | None:
    """By source id, the original a repost of it shows; None when Weibo could not be asked."""
    ids = sorted({one.source_id for one in reposts})
    found: dict[str, str] = {}
    try:
        for start in range(0, len(ids), 50):
            posts = client.read_posts(ids=ids[start : start + 50])
            found |= {
                key: post.retweeted_id or key for key, post in posts.items() if not (post.deleted or post.blocked)
            }
    except GatewayError:
        return None
    return found


def _findings(questions: Sequence[Question], looks: Sequence[Look], roots: Mapping[str, str] | None) -> list[_Finding]:
    """The post of each question, if it was seen; a post is given to one of them only."""
    taken = _taken(looks)
    findings = []
    for question, look in zip(questions, looks, strict=True):
        post = timeline.own_post(question, look.posts, taken=taken, roots=roots or {})
        taken |= {post.id} if post else set()
        findings.append(_Finding(question, look, post))
    return findings


def _taken(looks: Sequence[Look]) -> set[str]:
    """Posts that already belong to an order."""
    ids = [post.id for look in looks for post in look.posts]
    bound = Order.objects.filter(weibo_id__in=ids).values_list("weibo_id", flat=True)
    return {weibo_id for weibo_id in bound if weibo_id}


def _settle(finding: _Finding, roots: Mapping[str, str] | None, *, asked_at: datetime, now: datetime) -> int:
    """Write one finding down; 1 when the attempt is decided by it."""
    look, question = finding.look, finding.question
    if finding.post is not None:
        found = recording.Found(question.order_id, question.attempt_id, finding.post)
        return recording.confirm(found=[found], now=now)
    attempt = PublishAttempt.objects.select_related("order").get(pk=question.attempt_id)
    if look.saw_deletion:
        PublishAttempt.objects.filter(pk=attempt.pk).update(saw_deletion=True)
        attempt.saw_deletion = True
    if isinstance(look.error, ReauthoriseError):
        weibo_binding.mark_refused(uid=question.uid, token=question.token, code=look.error.code, now=now)
    if not look.complete or (question.source_id and roots is None):
        _put_off(attempt, now=now)
        return 0
    return _count_read(attempt, asked_at=asked_at, now=now)


def _count_read(attempt: PublishAttempt, *, asked_at: datetime, now: datetime) -> int:
    """A complete read without a match: the first of two, the proof of absence, or a case for a person."""
    first = attempt.first_read_at or now
    reads = attempt.full_reads + 1
    rows = PublishAttempt.objects.filter(pk=attempt.pk, state=PublishAttempt.State.UNKNOWN)
    if reads < READS or asked_at < first + APART:
        rows.update(full_reads=reads, first_read_at=first, next_at=first + APART)
        return 0
    rows.update(full_reads=reads, next_at=None)
    if attempt.saw_deletion:
        _leave_to_a_person(attempt, now=now)
        return 0
    return _prove_absent(attempt, now=now)


def _prove_absent(attempt: PublishAttempt, *, now: datetime) -> int:
    """unknown → absent. A text that Weibo refused as a repeat, with no first one there, will not pass a second time."""
    lifecycle.lock(order_ids=[attempt.order_id])
    if not attempts.prove_absent(attempt=attempt, now=now):
        return 0
    Order.objects.filter(pk=attempt.order_id, undecided=Undecided.POST_UNKNOWN).update(undecided="")
    if attempt.code in REPEATED_CODES:
        recording.cancel(order_ids=[attempt.order_id], cause=Cause.CONTENT_REFUSED, now=now)
    return 1


def _put_off(attempt: PublishAttempt, *, now: datetime) -> None:
    """The timeline could not be read: look again later; a person is told after an hour (L24)."""
    waited = now - (attempt.sent_at or attempt.armed_at)
    pause = AGAIN if waited < ALARM_AFTER else AGAIN_LATER if waited < timedelta(days=1) else AGAIN_RARELY
    PublishAttempt.objects.filter(pk=attempt.pk, state__in=ON_THE_WIRE).update(next_at=now + pause)
    if waited >= ALARM_AFTER:
        _leave_to_a_person(attempt, now=now)


def _leave_to_a_person(attempt: PublishAttempt, *, now: datetime) -> None:
    """Neither found nor ruled out: the money stays frozen and a person decides with the evidence on the page."""
    order = attempt.order
    waiting = Order.objects.filter(pk=order.pk, state=State.ACCEPTED)
    if waiting.update(undecided=Undecided.POST_UNKNOWN):
        text = gettext_noop("订单 %(number)s 是否已发布无法确认，请人工核实帐号时间线后裁定") % {"number": order.number}
        alarms.raise_alarm(kind=Alarm.Kind.ORDER_UNDECIDED, key=order.number, text=text, now=now)
