"""What each of Weibo's error codes means to us: one table (weibo.md section 10)."""

from __future__ import annotations

from weitask.gateways.errors import (
    UNCERTAIN,
    Cause,
    PermanentError,
    ReauthoriseError,
    Rule,
    TemporaryError,
    UnknownError,
)

_DOMAIN_TEXT = "text not find domain!"


def _refused(cause: Cause) -> Rule:
    return Rule(write=PermanentError, read=PermanentError, cause=cause)


RETRY = UNCERTAIN
LATER = Rule(write=TemporaryError, read=TemporaryError, cause=Cause.RATE)
AGAIN = Rule(write=TemporaryError, read=TemporaryError, cause=Cause.NONE)
REAUTHORISE = Rule(write=ReauthoriseError, read=ReauthoriseError, cause=Cause.ACCOUNT)
REPEATED = Rule(write=UnknownError, read=TemporaryError, cause=Cause.CONTENT)
CONTENT = _refused(Cause.CONTENT)
TARGET = _refused(Cause.TARGET)
ACCOUNT = _refused(Cause.ACCOUNT)
APP = _refused(Cause.APP)
OTHER = _refused(Cause.NONE)

_GROUPS: tuple[tuple[Rule, tuple[int, ...]], ...] = (
    (RETRY, (10001, 10002, 10003, 10009, 10010, 10011, 20032, 21331)),
    (LATER, (10022, 10023, 10024, 20016, 20022, 21603)),
    (AGAIN, (20014,)),
    (REAUTHORISE, (21301, 21302, 21303, *range(21314, 21320), 21327, 21332)),
    # The first try may have succeeded: look before giving up (section 12, step 4).
    (REPEATED, (20017, 20019, 20111)),
    # A comment failed; the repost it came with may stand.
    (Rule(write=UnknownError, read=TemporaryError, cause=Cause.NONE), (20201, 20202, 20203, 20204)),
    (CONTENT, (10018, 20005, 20006, 20008, 20012, 20013, 20018, 20020, 20021, 21602)),
    (TARGET, (20101, 20102, 20103, 20104, 20112)),
    # 21325: the login code was used or is stale; 21330: the user refused. Both begin again with the user.
    (ACCOUNT, (10013, 20003, 20015, 20031, 21325, 21330)),
    (APP, (10004, 10005, 10006, 10007, 10008, 10012, 10014, 10016, 10017, 10020, 10021)),
    (APP, (20001, 20002, 20007, 20009, 20109, 21320, 21321, 21322, 21323, 21324, 21326, 21328, 21329, 21335)),
    (APP, (21601,)),
    (OTHER, tuple(range(20301, 20308))),
)
RULES: dict[int, Rule] = {code: rule for rule, codes in _GROUPS for code in codes}

# Codes after which a trial of the breaker counts as "still down".
UNHEALTHY = frozenset(code for code, rule in RULES.items() if rule is RETRY and code != 20032)


def rule_for(*, code: int, text: str, own_token: bool) -> Rule:
    """The rule of a code. `own_token`: the call carried an account's token, not the platform's or none.

    A code that stands in no table proves nothing about a write, so it is unknown there.
    """
    rule = RULES.get(code, UNCERTAIN)
    if code == 10006 and own_token:
        rule = REAUTHORISE
    if code == 10017 and _DOMAIN_TEXT in text:
        rule = CONTENT
    if rule is REAUTHORISE and not own_token:
        # The platform's own token died: no account is to blame and none must be marked.
        rule = APP
    return rule
