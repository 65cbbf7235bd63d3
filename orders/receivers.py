"""The two messages from below: a submission was approved, a task was stopped (architecture 3)."""

from datetime import datetime

from django.dispatch import receiver

from accounts.models import User
from orders.dispatch import create_orders
from orders.halting import halt_orders
from tasks.models import Decision, Submission, Task
from tasks.signals import task_approved, task_halted


@receiver(task_approved)
def dispatch(*, submission: Submission, by: User, now: datetime, **_signal: object) -> None:
    create_orders(submission=submission, by=by, now=now)


@receiver(task_halted)
def halt(*, task: Task, decision: Decision, by: User, now: datetime, **_signal: object) -> None:
    halt_orders(task=task, decision=decision, by=by, now=now)
