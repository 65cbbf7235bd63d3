"""What each `response_code` means to us: one table (sinapay.md section 10)."""

from __future__ import annotations

from weitask.gateways.errors import (
    UNCERTAIN,
    Cause,
    PermanentError,
    Rule,
    TemporaryError,
    UnknownError,
)

OK = "APPLY_SUCCESS"
PENDING = frozenset({"BIZ_PENDING", "FREEZE_FUND_PROCESSING"})
# A member or a verification that exists already is what was asked for.
ALREADY_DONE = frozenset({"DUPLICATE_IDENTITY_ID", "DUPLICATE_VERIFY"})
# For a query: there is no such number.
ABSENT = frozenset({"ORDER_NOT_EXIST", "ILLEGAL_OUTER_TRADE_NO", "TRADE_NO_MATCH_ERROR", "NO_FUND_ORIG_FREEEZE_TRADE"})


def _refused(cause: Cause) -> Rule:
    return Rule(write=PermanentError, read=PermanentError, cause=cause)


# The number is known to Sina, by an earlier request of ours: only a query can say what became of it.
DUPLICATE = Rule(write=UnknownError, read=TemporaryError, cause=Cause.NONE)
LATER = Rule(write=TemporaryError, read=TemporaryError, cause=Cause.RATE)
# "Repeated too quickly" speaks of a request that may have been taken, so a write is looked up, not repeated.
TOO_QUICK = Rule(write=UnknownError, read=TemporaryError, cause=Cause.RATE)
FUND = _refused(Cause.FUND)
CARD = _refused(Cause.CARD)
DATA = _refused(Cause.DATA)
TARGET = _refused(Cause.TARGET)
FINAL = _refused(Cause.NONE)
APP = _refused(Cause.APP)

_GROUPS: tuple[tuple[Rule, str], ...] = (
    (UNCERTAIN, "SYSTEM_ERROR OTHER_ERROR"),
    (TOO_QUICK, "FORBIDDEN_REPEAT_REQUEST"),
    (LATER, "REQUEST_EXPIRED"),
    (DUPLICATE, "DUPLICATE_REQUEST_NO DUPLICATE_OUT_FREEZE_NO DUPLICATE_OUT_UNFREEZE_NO PAYMENT_DUPLIDATE"),
    (FUND, "BLANCE_NOT_ENOUGH INSUFFICIENT_FREEZE_BALANCE INSUFFICIENT_UNFREEZE_BALANCE FREEZE_FUND_FAIL"),
    (CARD, "BANK_ACCOUNT_NOT_EXISTS NO_BANK_CARD_INFO BANK_CARD_NOT_VERIFIED BANK_CARD_NOT_EFFECT"),
    (CARD, "BANK_CARD_NOT_SIGN BANK_CODE_NOT_SUPPORT CARD_TYPE_NOT_SUPPORT BANK_INFO_VERIFY_FAILED"),
    (CARD, "INCORRECT_CARD_INFORMATION USER_BANK_ACCOUNT_NOT_MATCH BIND_CARD_FAILED"),
    (CARD, "BINDING_BANK_CARD_FAILD BANK_ACCOUNT_TOO_MANY"),
    (DATA, "ADVANCE_FAILED REALNAME_CONFIRM_FAILED REALNAME_NOT_MATCHING REAL_NAME_NOT_MATCHING"),
    (DATA, "CERT_NOT_EXIST CERTNO_NOT_MATCHING"),
    (DATA, "VERIFY_NOT_EXIST VERIFY_BINDED_OVERRUN ADD_VERIFY_FAIL GET_VERIFY_FAIL"),
    (APP, "MEMBER_ID_NOT_EXIST MEMBER_NOT_EXIST NO_BASIC_ACCOUNT ACCOUNT_NOT_EXIST"),
    (TARGET, " ".join(sorted(ABSENT))),
    (FINAL, "PAY_FAILED TRADE_FAILED TRADE_CLOSED TRADE_AMOUNT_MODIFIED PAYER_INCONSISTENT BIZ_CHECK_EXCEPTION"),
    (FINAL, "HOST_PAY_NOT_SUPPORT_REFUND UNBINDING_SECURITY_CARD_FORBIDDING"),
    (APP, "PAY_METHOD_NOT_SUPPORT ILLEGAL_SIGN ILLEGAL_SIGN_TYPE ILLEGAL_DECRYPT"),
    (APP, "ILLEGAL_ARGUMENT PARAMETER_INVALID ILLEGAL_SERVICE REQUEST_METHOD_NOT_VALIDATE"),
    (APP, "PARTNER_ID_NOT_EXIST NO_SUCH_MERCHANT AUTHORIZE_FAIL AUTH_INVALID_DATE ILLEGAL_IP_OR_DOMAIN"),
    (APP, "ILLEGAL_ACCESS_SWITCH_SYSTEM INSPECT_FILTER_FAIL"),
)
RULES: dict[str, Rule] = {code: rule for rule, codes in _GROUPS for code in codes.split()}


def rule_for(code: str) -> Rule:
    """The rule of a code; every `DUPLICATE_*` alike; one that stands in no table proves nothing about a write."""
    if code not in RULES and code.startswith("DUPLICATE_"):
        return DUPLICATE
    return RULES.get(code, UNCERTAIN)
