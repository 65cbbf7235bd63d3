"""A transaction that PostgreSQL broke off is tried again before anybody sees an error (F13, F41)."""

import pytest
from django.db import DatabaseError
from django.urls import reverse

from orders import answering
from tests.moments import MONDAY
from tests.orders import world
from tests.pages.test_doing import owner_of
from weitask import clock

pytestmark = pytest.mark.usefixtures("committed")


class Deadlock(Exception):
    pgcode = "40P01"


def breaks_once(monkeypatch, name):
    """The verb meets a deadlock the first time."""
    real, tries = getattr(answering, name), []

    def verb(**given):
        tries.append(given)
        if len(tries) == 1:
            raise DatabaseError from Deadlock()
        return real(**given)

    monkeypatch.setattr(answering, name, verb)


@pytest.mark.parametrize(
    ("verb", "page", "sent", "state"),
    [
        ("refuse", "order_refuse", {"reason_code": "style", "reason": "风格与帐号内容完全不符合"}, "refused"),
        ("accept", "orders_accept", {}, "accepted"),
    ],
)
def test_an_answer_survives_a_deadlock(monkeypatch, verb, page, sent, state):
    clock.pin(at=MONDAY)
    order = world.one()
    breaks_once(monkeypatch, verb)
    address = reverse(page, args=[order.pk] if page == "order_refuse" else [])
    assert owner_of(order).post(address, {**sent, "order": order.pk}).status_code == 302
    order.refresh_from_db()
    assert order.state == state
