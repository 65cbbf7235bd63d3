"""Vocabulary of queries: nouns, states and what a caller may see (spec 5)."""

from datetime import datetime
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Self, cast

from django.db import models
from django.db.models import Q

from accounts.topics import Topic, beginnings_of

if TYPE_CHECKING:
    from accounts.models import Advertiser, Category, User


class AdvertiserQuerySet(models.QuerySet):
    pass


class CategoryQuerySet(models.QuerySet):
    def named(self, text: str) -> Self:
        """The category of this slug or, as lists show it, of this name in either language; the first of several."""
        return self.filter(Q(slug=text) | Q(name=text) | Q(name_en=text)).order_by("position", "pk")[:1]

    def called(self, text: str) -> "Category | None":
        """The same, or None."""
        return cast("Category | None", self.named(text).first())


class MediaAccountQuerySet(models.QuerySet):
    def taking_orders(self) -> Self:
        """接单功能 open, authorised, not suspended (R9-R12, R70)."""
        return self.filter(taking="open", authorised=True, suspended_at=None)

    def priced_for(self, form: str) -> Self:
        """Accounts that set a price for this form (R11)."""
        return self.filter(**{f"price_{form}__gt": 0})

    def specific_only(self) -> Self:
        """特定 accounts: the operator's list and the owner's consent (A26)."""
        return self.filter(specific=True, specific_opt_in=True)

    def visible_to(self, advertiser: "Advertiser", *, form: str = "") -> Self:
        """What an advertiser may list, search, select or fetch by id (R5, R7); never their own accounts (R14).

        With a `form`, those of them that have a price for it.
        """
        seen = self.taking_orders().exclude(owner_id=advertiser.user_id)
        if not advertiser.is_enterprise:
            seen = seen.specific_only().priced_for("repost")
        return seen.priced_for(form) if form else seen.filter(Q(price_original__gt=0) | Q(price_repost__gt=0))

    def owned_by(self, user: "User") -> Self:
        return self.filter(owner=user)


class NoticeQuerySet(models.QuerySet):
    def visible_to(self, user: "User") -> Self:
        return self.filter(user=user)

    def unread(self) -> Self:
        return self.filter(read_at=None)

    def about(self, topic: Topic) -> Self:
        begins = [Q(kind__startswith=beginning) for beginning in beginnings_of(topic)]
        return self.filter(reduce(or_, begins))


class DeliveryQuerySet(models.QuerySet):
    def waiting(self) -> Self:
        return self.filter(state="waiting")

    def due(self, now: datetime) -> Self:
        return self.waiting().filter(next_at__lte=now)
