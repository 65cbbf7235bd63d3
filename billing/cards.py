"""The bank card of an owner: all income is paid to it (R13). Numbers are sealed at once, the last four are shown."""

import logging
import re
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts import vault
from accounts.models import User
from billing import payouts
from billing.banks import Bank
from billing.models import BankCard
from billing.numbers import new_number, owners_name
from billing.topups import Unavailable
from weitask.gateways import sinapay
from weitask.gateways.errors import GatewayError, PermanentError, UnknownError
from weitask.gateways.sinapay import CardDetails
from weitask.models import SecurityEvent
from weitask.refusal import Conflict, Problem, Refusal

logger = logging.getLogger(__name__)

PURPOSE: Final = "bank-card"
TICKET_LIFE: Final = timedelta(minutes=15)  # and five tries (sinapay.md 6.1)
REVEALS_AN_HOUR: Final = 200
_SHAPES: Final = {
    "number": re.compile(r"\d{12,19}"),
    "name": re.compile(r"\S[^\d^|~$]{0,38}\S"),
    "cert_no": re.compile(r"\d{17}[\dX]|\d{15}"),
    "phone": re.compile(r"1\d{10}"),
    "province": re.compile(r"[^\^|~$]{2,20}"),
    "city": re.compile(r"[^\^|~$]{2,20}"),
}


def submit(*, owner: User, details: CardDetails, client_ip: str, now: datetime) -> BankCard:
    """Hand a card to Sina, which texts a code to its phone; the card waits for `confirm` (15 minutes, five tries).

    The row is committed before the calls; identity card number and phone are never stored.

    Raises:
        Refusal: something is wrong with the details, by field, or Sina refused them.
        Unavailable: no usable answer; nothing is bound, try again.
    """
    if problems := _problems(details):
        raise Refusal.many(problems)
    with transaction.atomic():
        waiting = BankCard.objects.filter(owner=owner, state=BankCard.State.PENDING)
        waiting.update(state=BankCard.State.REPLACED, ticket="")
        card = BankCard.objects.create(
            owner=owner,
            bank_code=details.bank_code,
            last4=details.number[-4:],
            number=vault.seal(details.number, purpose=PURPOSE),
            holder=vault.seal(details.name, purpose=PURPOSE),
            number_hash=vault.fingerprint(details.number, purpose=PURPOSE),
            created_at=now,
        )
    try:
        ticket = _hand_over(owner, details, client_ip=client_ip, now=now)
    except GatewayError as error:
        logger.warning("card %s was not taken: %s", card.pk, error.code)
        _reject(card, error)
    BankCard.objects.filter(pk=card.pk).update(ticket=ticket)
    card.ticket = ticket
    return card


def confirm(*, card: BankCard, code: str, client_ip: str, now: datetime) -> BankCard:
    """Finish binding with the texted code; the card before is 已更换 and failed payouts are tried at once (R128).

    Raises:
        Refusal: a wrong code.
        Conflict: the card does not wait for a code, or no longer.
        Unavailable: no usable answer; try again.
    """
    if card.state != BankCard.State.PENDING or not card.ticket:
        raise Conflict("not_waiting", _("这张卡不在等待验证，请重新提交"))
    if now - card.created_at > TICKET_LIFE:
        raise Conflict("ticket_expired", _("验证码已过期，请重新提交银行卡"))
    card_id = _confirm(card, code=code.strip(), client_ip=client_ip)
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=card.owner_id)
        bound = BankCard.objects.filter(owner_id=card.owner_id, state=BankCard.State.BOUND)
        bound.update(state=BankCard.State.REPLACED)
        waiting = BankCard.objects.filter(pk=card.pk, state=BankCard.State.PENDING)
        if waiting.update(state=BankCard.State.BOUND, card_id=card_id, bound_at=now, ticket="", problem="") != 1:
            raise Conflict("not_waiting", _("这张卡不在等待验证，请重新提交"))
        payouts.wake(owner_id=card.owner_id, now=now)
    card.refresh_from_db()
    return card


def bound_card(owner_id: int) -> BankCard | None:
    """The card that income is paid to, if there is one."""
    return BankCard.objects.filter(owner_id=owner_id, state=BankCard.State.BOUND).first()


def reveal(*, card: BankCard, by: User, reason: str, now: datetime) -> str:
    """The full number, for the finance desk, with a reason; each time is a security event, 200 an hour at most.

    Raises:
        Refusal: no reason, or too many within the hour.
    """
    if not reason.strip():
        raise Refusal("no_reason", _("请填写查看理由"), field="reason")
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=by.pk)
        seen = SecurityEvent.objects.filter(
            kind=SecurityEvent.Kind.CARD_REVEALED, user=by, at__gt=now - timedelta(hours=1)
        )
        if seen.count() >= REVEALS_AN_HOUR:
            raise Refusal("too_many", _("查看次数过多，请稍后再试"))
        detail = {"card": card.pk, "owner": card.owner_id, "reason": reason.strip()[:200]}
        SecurityEvent.objects.create(kind=SecurityEvent.Kind.CARD_REVEALED, at=now, user=by, detail=detail)
    return vault.unseal(card.number, purpose=PURPOSE)


def _problems(details: CardDetails) -> list[Problem]:
    messages = {
        "number": _("银行卡号不正确"),
        "name": _("请填写持卡人姓名"),
        "cert_no": _("身份证号不正确"),
        "phone": _("手机号不正确"),
        "province": _("请填写开户省份"),
        "city": _("请填写开户城市"),
    }
    problems = [
        Problem(f"bad_{name}", messages[name], name)
        for name, shape in _SHAPES.items()
        if not shape.fullmatch(getattr(details, name))
    ]
    if details.bank_code not in Bank.values:
        problems.append(Problem("bad_bank_code", _("请选择银行"), "bank_code"))
    return problems


def title_of(card: BankCard) -> str:
    """A card as its owner knows it: the bank's name and the last four digits."""
    return _("%(bank)s（尾号 %(last4)s）") % {"bank": card.get_bank_code_display(), "last4": card.last4}


def _hand_over(owner: User, details: CardDetails, *, client_ip: str, now: datetime) -> str:
    """Member → real name → card; the ticket of the texted code."""
    client, uid = sinapay.client(), owners_name(owner.pk)
    client.create_member(uid=uid, company=False, client_ip=client_ip)
    client.set_real_name(uid=uid, name=details.name, cert_no=details.cert_no, client_ip=client_ip)
    return client.bind_card(uid=uid, card=details, request_no=new_number("BC", now=now), client_ip=client_ip)


def _reject(card: BankCard, error: GatewayError) -> None:
    """Close the row and say why: a refusal is the owner's to mend, everything else is tried again."""
    refused = isinstance(error, PermanentError) and error.cause in ("card", "data")
    unfit = gettext_noop("银行卡信息未通过验证，请核对姓名、身份证号、卡号和预留手机号")
    problem = unfit if refused else gettext_noop("未能提交，请重试")
    BankCard.objects.filter(pk=card.pk).update(state=BankCard.State.INVALID, problem=problem)
    if refused:
        raise Refusal("card_refused", _(problem), field="number") from error
    raise Unavailable("sinapay_unavailable", _("新浪支付暂时无法受理，请稍后再试")) from error


def _confirm(card: BankCard, *, code: str, client_ip: str) -> str:
    client = sinapay.client()
    try:
        return client.confirm_card(ticket=card.ticket, code=code, client_ip=client_ip)
    except PermanentError as error:
        raise Refusal("wrong_code", _("验证码不正确或已失效"), field="code") from error
    except UnknownError as error:
        if card_id := _already_bound(card):
            return card_id
        raise Unavailable("sinapay_unavailable", _("新浪支付暂时没有回答，请稍后再试")) from error
    except GatewayError as error:
        raise Unavailable("sinapay_unavailable", _("新浪支付暂时没有回答，请稍后再试")) from error


def _already_bound(card: BankCard) -> str:
    """The answer was lost: Sina's list of the owner's cards knows whether it was a yes. Newest first."""
    try:
        known = sinapay.client().cards(uid=owners_name(card.owner_id))
    except GatewayError:
        return ""
    ours = [one for one in known if one.bank_code == card.bank_code and one.masked_number.endswith(card.last4)]
    return max(ours, key=lambda one: one.created_at).card_id if ours else ""
