"""What is laid before the reviewer: the plan judged, priced and screened, and written down as it is (R32, A43)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext as _

from accounts.models import User
from billing import credit
from billing import queries as wallets
from billing.holds import NotEnough
from tasks import planning, policy, quoting, screening, source
from tasks.models import Form, Item, Submission
from tasks.planning import Plan
from tasks.quoting import Quote
from tasks.screening import Finding
from weitask import bulk, money
from weitask.questions import Rows
from weitask.refusal import Conflict, Problem, Refusal

ALARM_BEFORE: Final = timedelta(minutes=30)  # A15
_LAST_NUMBER: Final = Rows(
    lambda task: Submission.objects.filter(task=task).order_by("-number").values_list("number")[:1]
)


@dataclass(frozen=True, slots=True)
class Outside:
    """What Weibo said just before the transaction: the source as it stands, the short links opened."""

    source_id: str
    opened: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Offer:
    """A plan that breaks no rule, with its price of now and what screening found by which rules (R49)."""

    plan: Plan
    quote: Quote
    findings: tuple[Finding, ...]
    opened: Mapping[str, str]
    rule_version: str


def look_outside(*, plan: Plan, now: datetime) -> Outside:
    """Ask Weibo what only Weibo knows. Calls out: never inside a transaction.

    Raises:
        Unreachable: 无法取回数据 (R34).
        Refusal: the source is gone, private or not the personal user's (R3).
    """
    task = plan.task
    if task.form == Form.REPOST and task.source_id:
        source.fetch(advertiser=plan.advertiser, url=task.source_url, now=now)
    links = screening.short_links([part.text for part in planning.parts(plan, images={})])  # none in a file's name
    return Outside(task.source_id, source.open_links(links))


def judge(*, plan: Plan, outside: Outside, price_agreed: int | None, now: datetime) -> Offer:
    """Every rule at once, under the advertiser's lock; the caller then holds or freezes the money (see `money_for`).

    Args:
        price_agreed: the new total in fen that the user said yes to after a price change (A43).

    Raises:
        Conflict: the draft changed while Weibo was asked.
        Refusal: all that is wrong, each at its field and row; `price_changed` when the user must agree once more.
    """
    if plan.task.source_id != outside.source_id:
        raise Conflict("task_changed", _("任务内容刚被修改，请重新提交"))
    book = screening.current()
    images = planning.own_images(plan)
    findings = tuple(screening.screen(planning.parts(plan, images=images), opened=outside.opened, book=book))
    accounts = policy.chosen(plan)
    rate, rate_then = credit.fee_rates_at(at=[now, plan.task.created_at])
    quote = quoting.priced(form=plan.task.form, account_ids=plan.account_ids, accounts=accounts, rate_bp=rate)
    problems = [*policy.problems(plan=plan, accounts=accounts, images=images, now=now), *_blocked(findings)]
    if price_agreed != quote.total:
        problems += _price_changes(plan, quote, rate_then=rate_then)
    if problems:
        raise Refusal.many([*problems, *_money(plan, quote, now)])
    return Offer(plan, quote, findings, outside.opened, book.version)


def record(*, offer: Offer, by: User, state: str, now: datetime) -> Submission:
    """Write the submission and its items, word for word and fen for fen (R32). Under the task's lock."""
    plan, quote, task = offer.plan, offer.quote, offer.plan.task
    starts = [wish.start_at for wish in plan.wishes if wish.start_at is not None]
    waiting = state == Submission.State.IN_REVIEW
    submission = Submission(
        task=task,
        number=(_LAST_NUMBER.first(task=task.pk) or (0,))[0] + 1,
        state=state,
        addition=plan.addition,
        form=task.form,
        text=planning.text_to_post(form=task.form, text=task.text),
        image_ids=task.image_ids,
        source_url=task.source_url,
        source_id=task.source_id,
        source_uid=task.source_uid,
        source_text=task.source_text,
        start_at=min(starts) if plan.addition or task.start_at is None else task.start_at,
        submitted_at=now,
        submitted_by=by,
        net=quote.net,
        fee=quote.fee,
        coverage=quote.coverage,
        findings=[finding.as_dict() for finding in offer.findings],
        opened=dict(offer.opened),
        rule_version=offer.rule_version,
        next_start_at=min(starts) if waiting else None,
        alarm_at=min(starts) - ALARM_BEFORE if waiting else None,
    )
    bulk.insert([submission])
    bulk.insert(list(_items(submission, offer)))
    return submission


def is_reviewed(plan: Plan) -> bool:
    """Whether a reviewer has seen every text and picture of these selections for this task before (A17)."""
    known = planning.reviewed_contents(plan.task)
    return all(wish.content in known for wish in plan.wishes)


def _items(submission: Submission, offer: Offer) -> Iterator[Item]:
    for wish, row in zip(offer.plan.wishes, offer.quote.rows, strict=True):
        if wish.start_at is None or row.price is None:
            raise AssertionError  # `problems` refuses both
        yield Item(
            submission=submission,
            account_id=wish.account_id,
            start_at=wish.start_at,
            text=wish.text,
            image_ids=list(wish.image_ids),
            price=row.price,
            fee=row.fee,
            followers=row.followers,
            rating=row.rating,
        )


def _blocked(findings: tuple[Finding, ...]) -> list[Problem]:
    """Known monitoring code is refused at once (R46, A39); everything else is the reviewer's decision."""
    return [
        Problem(
            "screening_blocked",
            _("内容不符合规则（%(category)s）：%(shown)s，请删除后再提交")
            % {"category": _(finding.category), "shown": finding.shown},
            field="text",
            row=int(finding.where.partition(":")[2]) if finding.where.startswith("selection:") else None,
        )
        for finding in findings
        if finding.action == screening.BLOCK
    ]


def _price_changes(plan: Plan, quote: Quote, *, rate_then: int) -> list[Problem]:
    changed = [
        Problem(
            "price_changed",
            _("价格由 %(old)s 元变为 %(new)s 元")
            % {"old": money.display(wish.price_seen), "new": money.display(row.price)},
            field="account",
            row=wish.row,
        )
        for wish, row in zip(plan.wishes, quote.rows, strict=True)
        if wish.price_seen is not None and row.price is not None and wish.price_seen != row.price
    ]
    if not plan.addition:
        changed += _fee_change(quote, before=rate_then)
    if changed:
        message = _("所选帐号的价格有变动，现在共需 %(total)s 元，请确认后再次提交") % {
            "total": money.display(quote.total)
        }
        changed.append(Problem("price_changed", message, field="price_agreed"))
    return changed


def _fee_change(quote: Quote, *, before: int) -> list[Problem]:
    """The fee is part of what is paid (A10): at another rate than when the draft was begun it is agreed to anew."""
    fee = sum(money.share(row.price or 0, before) for row in quote.rows)
    if fee == quote.fee:
        return []
    message = _("服务费由 %(old)s 元变为 %(new)s 元") % {"old": money.display(fee), "new": money.display(quote.fee)}
    return [Problem("price_changed", message, field="price_agreed")]


@contextmanager
def money_for(submission: Submission) -> Iterator[None]:
    """Hold or freeze inside: an advertiser without enough reads how much is missing, and nothing was submitted."""
    try:
        yield
    except NotEnough as error:
        raise Refusal.many([_too_poor(total=submission.total, missing=error.missing_fen)]) from error


def _too_poor(*, total: int, missing: int) -> Problem:
    """The missing amount in fen and where to recharge (R24, R30)."""
    message = _("可支配余额不足：共需 %(total)s 元，还差 %(missing)s 元，请先充值") % {
        "total": money.display(total),
        "missing": money.display(missing),
    }
    return Problem("not_enough_money", message, field="balance", link=policy.RECHARGE_LINK)


def _money(plan: Plan, quote: Quote, now: datetime) -> list[Problem]:
    """Asked beside other problems only: what breaks no other rule is told by who holds the money."""
    spendable = wallets.wallet(advertiser_id=plan.advertiser.pk, now=now).spendable
    return [_too_poor(total=quote.total, missing=quote.total - spendable)] if quote.total > spendable else []
