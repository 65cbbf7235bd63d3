"""信用额度 and 平台服务费率: dated rows, the newest that has begun counts (R124, A10, A32)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import Advertiser, User
from billing.models import CreditLimit, FeeRate
from weitask.money import MAX_FEN
from weitask.questions import Rows
from weitask.refusal import Forbidden, Problem, Refusal

MAX_RATE_BP = 5_000
# A scalar subquery over `advertiser` and `at`. An older limit never comes back when a newer one ends: a contract that
# has run out must not lend more than it did.
LIMIT: Final = """
(SELECT CASE WHEN valid_to IS NULL OR valid_to > %(at)s THEN amount ELSE 0 END
 FROM billing_creditlimit WHERE advertiser_id = %(advertiser)s AND valid_from <= %(at)s
 ORDER BY valid_from DESC, id DESC LIMIT 1)
"""
_RATES: Final = Rows(lambda: FeeRate.objects.order_by("-valid_from").values_list("valid_from", "rate_bp"))


@dataclass(frozen=True)
class CreditTerms:
    """What was agreed with a contract partner: `amount` fen (0 withdraws), the contract's number, from when to when."""

    amount: int
    contract: str
    valid_from: datetime
    valid_to: datetime | None = None


def limit_at(*, advertiser_id: int, at: datetime) -> int:
    """Credit limit in fen in force at a moment: the newest that has begun, until its end (exclusive); else none."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce({LIMIT}, 0)", {"advertiser": advertiser_id, "at": at})
        return int(cursor.fetchone()[0])


def set_credit(*, advertiser: Advertiser, terms: CreditTerms, by: User, now: datetime) -> CreditLimit:
    """Grant, change or withdraw the credit of a contract partner; what is used already is never recalled (A32, F40).

    Raises:
        Refusal: not an enterprise, no contract, absurd amount, or a time that would rewrite the past.
        Forbidden: somebody grants credit to themselves (A48).
    """
    if advertiser.user_id == by.pk:
        raise Forbidden("own_money", _("不能为自己的帐户设置信用额度"))
    if problems := _credit_problems(advertiser, terms, now=now):
        raise Refusal.many(problems)
    with transaction.atomic():
        # The lock of holds and freezes: each of them sees the limit before or the limit after, never half.
        Advertiser.objects.select_for_update(no_key=True).get(pk=advertiser.pk)
        return CreditLimit.objects.create(
            advertiser=advertiser,
            amount=terms.amount,
            contract=terms.contract.strip(),
            valid_from=terms.valid_from,
            valid_to=terms.valid_to,
            by=by,
        )


def _credit_problems(advertiser: Advertiser, terms: CreditTerms, *, now: datetime) -> list[Problem]:
    problems = []
    if not advertiser.is_enterprise:
        problems.append(Problem("not_enterprise", _("只有签约的企业用户可以使用信用额度"), "advertiser"))
    if not terms.contract.strip():
        problems.append(Problem("no_contract", _("请填写合同号"), "contract"))
    if not 0 <= terms.amount <= MAX_FEN:
        problems.append(Problem("bad_amount", _("额度不正确"), "amount"))
    if terms.valid_from < now:
        problems.append(Problem("in_the_past", _("生效时间不能早于现在"), "valid_from"))
    if terms.valid_to is not None and terms.valid_to <= terms.valid_from:
        problems.append(Problem("ends_before_it_begins", _("失效时间须晚于生效时间"), "valid_to"))
    return problems


def fee_rate_at(*, at: datetime) -> int:
    """平台服务费率 in basis points in force at a moment; no row means 0 (A10)."""
    return fee_rates_at(at=[at])[0]


def fee_rates_at(*, at: Sequence[datetime]) -> list[int]:
    """The rates of several moments, in one query."""
    rows = _RATES.all()
    return [next((rate for begins, rate in rows if begins <= moment), 0) for moment in at]


def set_fee_rate(*, rate_bp: int, valid_from: datetime, by: User, now: datetime) -> FeeRate:
    """Set the fee rate from a moment on; submissions made before keep theirs (A10).

    Raises:
        Refusal: outside 0–50 %, in the past, or a rate of the same moment exists.
    """
    if not 0 <= rate_bp <= MAX_RATE_BP:
        raise Refusal("bad_rate", _("费率须在 0 到 50% 之间"), field="rate_bp")
    if valid_from < now:
        raise Refusal("in_the_past", _("生效时间不能早于现在"), field="valid_from")
    rate, made = FeeRate.objects.get_or_create(valid_from=valid_from, defaults={"rate_bp": rate_bp, "by": by})
    if not made:
        raise Refusal("rate_exists", _("该时间已有费率"), field="valid_from")
    return rate
