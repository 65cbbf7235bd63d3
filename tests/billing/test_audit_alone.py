"""The auditor outside any transaction, as the command and the settlement call it."""

import pytest
from django.db import DatabaseError, connection

from billing import audit
from billing.audit.registry import RULES, Rule


def test_the_audit_sees_one_picture(committed, now):
    isolation = Rule("L00", "SELECT current_setting('transaction_isolation') AS level", "tests")
    RULES.append(isolation)
    try:
        (found,) = audit.run(only=["L00"], as_of=now)
    finally:
        RULES.remove(isolation)
    assert found.row == {"level": "repeatable read"}
    assert not connection.in_atomic_block


def test_a_rule_that_writes_cannot_run(committed, now):
    writing = Rule("L00", "SELECT nextval('billing_transfer_id_seq')", "tests")
    RULES.append(writing)
    try:
        with pytest.raises(DatabaseError):
            audit.run(only=["L00"], as_of=now)
    finally:
        RULES.remove(writing)


def test_the_audit_takes_the_business_clock_when_no_moment_is_given(committed):
    assert audit.run(only=["L24"]) == []
