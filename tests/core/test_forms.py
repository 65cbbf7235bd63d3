"""Money and Shanghai time as people type them; refusals at their fields."""

from datetime import UTC, datetime

import pytest
from django import forms

from weitask.forms import ShanghaiField, YuanField, put_problems
from weitask.refusal import Problem, Refusal
from weitask.visitor import ip_of


class Form(forms.Form):
    amount = YuanField(required=False)
    at = ShanghaiField(required=False)


def test_yuan_and_shanghai_minutes_are_understood():
    form = Form({"amount": "12.30", "at": "2026-01-05T10:00"})
    assert form.is_valid()
    assert form.cleaned_data == {"amount": 1230, "at": datetime(2026, 1, 5, 2, tzinfo=UTC)}


def test_what_is_empty_is_none():
    form = Form({})
    assert form.is_valid()
    assert form.cleaned_data == {"amount": None, "at": None}


@pytest.mark.parametrize(("field", "text"), [("amount", "12.345"), ("at", "tomorrow")])
def test_nonsense_is_refused_and_kept(field, text):
    form = Form({field: text})
    assert not form.is_valid()
    assert text in str(form[field])


def test_stored_values_come_back_as_typed():
    form = Form(initial={"amount": 200_000, "at": datetime(2026, 1, 5, 2, tzinfo=UTC)})
    assert "2000.00" in str(form["amount"])
    assert "2026-01-05T10:00" in str(form["at"])


def test_problems_land_at_their_fields_and_the_rest_is_answered():
    form = Form({})
    form.is_valid()
    whole = Problem("whole", "整体")
    rest = put_problems(form, Refusal.many([Problem("a", "金额不对", "amount"), whole]))
    assert rest == [whole]
    assert form.errors["amount"] == ["金额不对"]


@pytest.mark.parametrize(
    ("hops", "trusted", "ip"),
    [("", 0, "10.0.0.1"), ("6.6.6.6, 203.0.113.9", 1, "203.0.113.9"), ("6.6.6.6", 0, "10.0.0.1"), ("junk", 1, None)],
)
def test_only_our_own_proxies_are_believed(rf, settings, hops, trusted, ip):
    settings.TRUSTED_PROXIES = trusted
    assert ip_of(rf.get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=hops)) == ip
