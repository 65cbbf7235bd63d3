"""A task ends while orders are being added to it (A17, spec 3): never with money frozen."""

import threading
import time

import pytest
from django.db import connection, transaction

from orders import closing
from tasks.models import Task, TaskState
from tests.moments import DAY, HOUR
from tests.orders import world
from tests.orders.test_answering import refuse
from tests.orders.test_results import running

pytestmark = pytest.mark.usefixtures("committed")


def test_a_task_does_not_end_while_an_order_is_being_added():
    task = running(refuse(world.one()).task)
    end = world.START + 2 * DAY
    added = threading.Event()

    def add():
        try:
            with transaction.atomic():
                locked = Task.objects.select_for_update(no_key=True).get(pk=task.pk)
                world.dispatched(task=locked, starts=[end + 2 * HOUR], now=end)
                added.set()
                time.sleep(0.5)  # the sweep finds the task over meanwhile, and waits for its row
        finally:
            connection.close()

    adding = threading.Thread(target=add)
    adding.start()
    assert added.wait(10)
    closing.close_due(end)
    adding.join(10)
    task.refresh_from_db()
    assert (task.state, task.orders.filter(state="dispatched").count()) == (TaskState.RUNNING, 1)
