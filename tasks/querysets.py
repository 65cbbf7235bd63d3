"""Vocabulary of queries over tasks and their submissions."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.apps import apps
from django.db import models

if TYPE_CHECKING:
    from accounts.models import Advertiser, User


def with_accounts_of(user: "User") -> models.QuerySet:
    """The tasks that order from an account of this person. Staff have few, if any: they are found first, by index."""
    return apps.get_model("tasks", "Item").objects.filter(account__owner=user).order_by().values("submission__task")


class TaskQuerySet(models.QuerySet):
    def visible_to(self, advertiser: "Advertiser") -> Self:
        """An advertiser sees their own tasks and no other (spec 5)."""
        return self.filter(advertiser=advertiser)

    def reviewable_by(self, user: "User") -> Self:
        """Never one's own task, nor one that orders from one's own account (A48)."""
        return self.exclude(advertiser__user=user).exclude(pk__in=with_accounts_of(user))

    def locked(self) -> Self:
        """With the advertiser, locked before the task (PostgreSQL locks in the order of `of`), and its user."""
        return self.select_related("advertiser__user").select_for_update(of=("advertiser", "self"), no_key=True)

    def due_begin(self, now: datetime) -> Self:
        """Approved tasks whose first start has come."""
        return self.filter(state="approved", first_start_at__lte=now)


class SubmissionQuerySet(models.QuerySet):
    def in_review(self) -> Self:
        return self.filter(state="in_review")

    def reviewable_by(self, user: "User") -> Self:
        """Never of one's own task, nor one that orders from one's own account (A48)."""
        return self.exclude(task__advertiser__user=user).exclude(task__in=with_accounts_of(user))

    def for_decision_by(self, user: "User") -> Self:
        """Locked, with the first of two approvals, and `stranger`: whether the user may decide (A48)."""
        allowed = type(self)(self.model).reviewable_by(user).filter(pk=models.OuterRef("pk"))
        rows = self.select_for_update(of=("self",)).select_related("first_approval__by")
        return rows.annotate(stranger=models.Exists(allowed))

    def due_lapse(self, now: datetime) -> Self:
        """In review with a selection whose start has come (A15)."""
        return self.in_review().filter(next_start_at__lte=now)

    def due_alarm(self, now: datetime) -> Self:
        """In review less than half an hour before a start (A15)."""
        return self.in_review().filter(alarm_at__lte=now)
