"""Vocabulary of queries over tasks."""

from typing import TYPE_CHECKING, Self

from django.db import models

if TYPE_CHECKING:
    from accounts.models import Advertiser, User


class TaskQuerySet(models.QuerySet):
    def visible_to(self, advertiser: "Advertiser") -> Self:
        """An advertiser sees their own tasks and no other (spec 5)."""
        return self.filter(advertiser=advertiser)

    def reviewable_by(self, user: "User") -> Self:
        """Never one's own task, nor one that orders from one's own account (A48)."""
        return self.exclude(advertiser__user=user).exclude(submissions__items__account__owner=user)
