"""The table of Weibo's error codes (weibo.md 10)."""

import pytest

from weitask.gateways.errors import Effect, PermanentError, ReauthoriseError, TemporaryError, UnknownError
from weitask.gateways.weibo.codes import RULES, rule_for

WRITES = [
    (10001, UnknownError, "network"),
    (10011, UnknownError, "network"),
    (20032, UnknownError, "network"),
    (20017, UnknownError, "content"),
    (20019, UnknownError, "content"),
    (20111, UnknownError, "content"),
    (20201, UnknownError, ""),
    (10022, TemporaryError, "rate"),
    (10023, TemporaryError, "rate"),
    (10024, TemporaryError, "rate"),
    (20016, TemporaryError, "rate"),
    (20014, TemporaryError, ""),
    (21603, TemporaryError, "rate"),
    (20012, PermanentError, "content"),
    (20021, PermanentError, "content"),
    (20101, PermanentError, "target"),
    (20112, PermanentError, "target"),
    (20003, PermanentError, "account"),
    (20031, PermanentError, "account"),
    (21325, PermanentError, "account"),
    (21327, ReauthoriseError, "account"),
    (21332, ReauthoriseError, "account"),
    (21319, ReauthoriseError, "account"),
    (10014, PermanentError, "app"),
    (21335, PermanentError, "app"),
    (20301, PermanentError, ""),
    (99999, UnknownError, "network"),
]


@pytest.mark.parametrize(("code", "kind", "cause"), WRITES)
def test_what_a_code_means_after_a_write(code, kind, cause):
    error = rule_for(code=code, text="", own_token=True).error(effect=Effect.WRITE, code=str(code), message="")

    assert type(error) is kind
    assert error.cause == cause


@pytest.mark.parametrize("code", [10001, 20032, 20019, 20201, 99999])
def test_what_is_unknown_after_a_write_is_temporary_after_a_read(code):
    error = rule_for(code=code, text="", own_token=True).error(effect=Effect.READ, code=str(code), message="")

    assert type(error) is TemporaryError


def test_no_code_is_unknown_for_a_read():
    assert UnknownError not in {rule.read for rule in RULES.values()}


def test_a_missing_app_key_means_a_dead_token_when_one_was_sent():
    assert rule_for(code=10006, text="", own_token=True).write is ReauthoriseError
    assert rule_for(code=10006, text="", own_token=False).cause == "app"


def test_a_text_without_our_domain_is_a_matter_of_content():
    assert rule_for(code=10017, text="text not find domain!", own_token=True).cause == "content"
    assert rule_for(code=10017, text="appkey not bind domain!", own_token=True).cause == "app"


def test_the_death_of_the_platforms_token_blames_no_account():
    rule = rule_for(code=21327, text="", own_token=False)

    assert rule.read is PermanentError
    assert rule.cause == "app"
