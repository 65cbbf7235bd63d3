"""A question is put into SQL once and answers what the queryset would."""

from datetime import UTC, datetime, timedelta

import pytest

from weitask.models import Alarm
from weitask.questions import Question

FIRST = datetime(2026, 1, 5, 1, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def _open() -> Question:
    return Question(lambda: Alarm.objects.filter(resolved_at=None, kind="100 % of it"), column="raised_at")


def _raise(*, key: str, at: datetime) -> Alarm:
    return Alarm.objects.create(kind="100 % of it", key=key, text="…", raised_at=at)


def test_without_rows_the_answers_are_no_and_none():
    asked = _open()
    assert asked.any() is False
    assert asked.earliest() is None


def test_the_earliest_moment_of_the_rows_that_fit():
    _raise(key="b", at=FIRST + timedelta(hours=1))
    _raise(key="c", at=FIRST + timedelta(hours=2))
    Alarm.objects.create(kind="another", key="a", text="…", raised_at=FIRST)
    assert _open().any() is True
    assert _open().earliest() == FIRST + timedelta(hours=1)


def test_a_question_asked_again_sees_what_changed_meanwhile():
    asked = _open()
    alarm = _raise(key="a", at=FIRST)
    assert asked.earliest() == FIRST
    alarm.resolved_at = FIRST
    alarm.save()
    assert asked.any() is False


def test_the_rows_are_described_once():
    built = []

    def rows():
        built.append(1)
        return Alarm.objects.all()

    asked = Question(rows, column="raised_at")
    asked.any()
    asked.earliest()
    assert built == [1]
