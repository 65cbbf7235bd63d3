"""When sweeps are asked again: an answer is kept until what it was read from may have changed."""

from datetime import timedelta

import pytest
from django.db import connection

from orders.models import Order
from tests.orders import world
from weitask import sweeps
from weitask.demo.agenda import Agenda, written_columns

READINGS = "orders.readings"


@pytest.mark.parametrize(
    ("statement", "columns"),
    [
        ("UPDATE orders_order o SET a = g.b, c_d = (SELECT e = f FROM x WHERE y) FROM g WHERE o.id = g.id", "a c_d"),
        ('UPDATE "orders_order" SET "a" = CASE WHEN ("b" = 1) THEN 2 ELSE 3 END, "c" = %s WHERE "id" = 1', "a c"),
        ("UPDATE orders_order AS o\nSET a = 1", "a"),
    ],
)
def test_an_update_writes_what_it_sets(statement, columns):
    assert written_columns(statement) == set(columns.split())


@pytest.mark.parametrize(
    "statement", ["INSERT INTO orders_order (a) VALUES (1)", "WITH x AS (SELECT 1) UPDATE y SET a = 1"]
)
def test_any_other_statement_may_write_everything(statement):
    assert written_columns(statement) is None


@pytest.fixture
def watched(now):
    """An agenda that has asked when the next reading is due, and a list of the questions it asks from then on."""
    world.published()
    agenda, asked = Agenda(), []
    with agenda.watching():
        agenda.due(READINGS, now=now)
        with connection.execute_wrapper(lambda execute, sql, *rest: (asked.append(sql), execute(sql, *rest))[1]):
            yield agenda, asked


@pytest.mark.django_db
def test_an_answer_is_kept_while_other_columns_are_written(watched, now):
    agenda, asked = watched
    Order.objects.update(reposts=7)
    asked.clear()
    agenda.due(READINGS, now=now)
    assert asked == []


@pytest.mark.django_db
def test_an_answer_is_read_anew_when_its_column_was_written(watched, now):
    agenda, _asked = watched
    later = agenda.due(READINGS, now=now) + timedelta(hours=1)
    Order.objects.update(next_check_at=later)
    assert agenda.due(READINGS, now=now) == later == sweeps.REGISTRY[READINGS].next_due(now)


@pytest.mark.django_db
def test_an_answer_is_read_anew_when_a_row_came(watched, now):
    agenda, asked = watched
    world.published()
    asked.clear()
    agenda.due(READINGS, now=now)
    assert asked
