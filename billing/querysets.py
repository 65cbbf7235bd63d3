"""Vocabulary of queries over money rows."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models

if TYPE_CHECKING:
    from accounts.models import Advertiser, User


class TopUpQuerySet(models.QuerySet):
    def visible_to(self, advertiser: "Advertiser") -> Self:
        return self.filter(advertiser=advertiser)

    def due_query(self, now: datetime) -> Self:
        return self.filter(state="pending", next_query_at__lte=now)


class PayoutQuerySet(models.QuerySet):
    def visible_to(self, user: "User") -> Self:
        return self.filter(owner=user)

    def due_retry(self, now: datetime) -> Self:
        return self.filter(state="failed", retry_at__lte=now)
