"""The publishing job under a real Celery worker, its process killed by SIGKILL in the middle (F02, F07).

The broker hands the job out again (acks_late, reject_on_worker_lost): the second run must not send a second post.
"""

import os
import signal
import subprocess
import sys
import uuid

import pytest

from orders import publishing
from tests.chaos.test_posting_survives import assert_posted_once
from tests.chaos.workers import STARTS_WITHIN, recover, start, wait_for
from tests.moments import HOUR
from tests.orders import at_weibo
from tests.orders.at_weibo import START, book
from weitask import clock
from weitask.celery import look
from weitask.models import Heartbeat

pytestmark = [pytest.mark.chaos, pytest.mark.usefixtures("committed")]
POINTS = {"publish.before_send": 0, "publish.after_send": 1, "publish.answered": 1}  # → posts made by then


@pytest.fixture
def celery_worker(sandbox, tmp_path):
    """Start a worker of a queue of its own; at the end its whole session is gone."""
    started: list[subprocess.Popen[bytes]] = []

    def begin(queue, *, fault):
        command = [sys.executable, "-m", "celery", "--app", "weitask.celery", "--quiet", "worker", "--queues", queue]
        command += ["--hostname", f"{queue}@%h", "--concurrency", "1", "--without-gossip", "--without-mingle"]
        faults = {"WEITASK_FAULT": fault, "WEITASK_FAULT_ONCE": str(tmp_path / "hit-")}
        started.append(start(command, sandbox=sandbox, folder=tmp_path, faults=faults))

    yield begin
    for process in started:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(STARTS_WITHIN)


@pytest.mark.parametrize("point", POINTS)
def test_a_job_whose_process_is_killed_and_which_is_handed_out_again_posts_once(
    sandbox, celery_worker, tmp_path, point
):
    clock.pin(at=START)
    sandbox.control("settings/", {"refuse_repeats": False})
    (order,) = at_weibo.ready(sandbox)
    queue = f"chaos-{uuid.uuid4().hex}"
    celery_worker(queue, fault=f"{point}:kill")
    look.apply_async(args=["orders.publish"], queue=queue)
    wait_for((tmp_path / f"hit-{point}").exists)
    wait_for(Heartbeat.objects.filter(name="orders.publish", failed="").exists)  # the second run came to its end
    assert (len(book(sandbox, order)), order.attempts.get().state) == (POINTS[point], "sending")
    assert publishing.publish_due(START) == 0
    recover(START, until=START + HOUR)
    assert_posted_once(sandbox, order)
