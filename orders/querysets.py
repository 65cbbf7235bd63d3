"""Vocabulary of queries over orders."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import OuterRef, Q, Subquery

from billing.models import PayoutLine
from orders.refusals import UNFAIR

if TYPE_CHECKING:
    from accounts.models import Advertiser, User


class OrderQuerySet(models.QuerySet):
    def visible_to_owner(self, user: "User") -> Self:
        """Orders dispatched to the user's own accounts (spec 5)."""
        return self.filter(owner=user)

    def visible_to_advertiser(self, advertiser: "Advertiser") -> Self:
        return self.filter(advertiser=advertiser)

    def with_payout(self) -> Self:
        """Annotates `payout_state`: '' until a Friday batch took the order in (A2)."""
        line = PayoutLine.objects.filter(order_id=OuterRef("pk"))
        return self.annotate(payout_state=Subquery(line.values("payout__state")[:1]))

    def with_label(self, slug: str) -> Self:
        """Orders a label fits on its axis, fulfilment or payment (A2); unknown slugs match nothing (R112)."""
        if slug.startswith("payout_"):
            lines = PayoutLine.objects.filter(payout__state=slug.removeprefix("payout_"))
            return self.filter(pk__in=lines.values("order_id"))
        return self.filter(state=slug)

    def costing_rating(self, since: datetime) -> Self:
        """Orders whose end costs their account rating by events after `since`: what `ratings` counts against it."""
        ended = Q(state="failed") | Q(state__in=["achieved", "completed"], deleted_early=True)
        let_down = Q(state="cancelled", cause="owner_fault", answered_at__gt=since)
        unfair = Q(state="refused", cause="owner", refusal_code__in=UNFAIR, answered_at__gt=since)
        lapsed = Q(state="lapsed", start_at__gt=since)
        costs = ended & Q(ended_at__gt=since) | let_down | unfair | lapsed
        return self.filter(costs).exclude(appeals__accepted=True)

    def due_expiry(self, now: datetime) -> Self:
        return self.filter(state="dispatched", start_at__lte=now)

    def due_check(self, now: datetime) -> Self:
        return self.filter(next_check_at__lte=now)
