"""The home of a 自媒体帐号: what waits for an answer, what starts next, what was earned."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts import workspace
from accounts.models import MediaAccount
from billing import queries as money
from billing.models import BankCard
from orders import labels, queries
from orders.models import Order
from orders.moves import State
from weitask import clock
from weitask.questions import Rows

_LINE: Final = ("text", "start_at", "price", "account__screen_name")
_WAITING: Final = Rows(
    lambda owner, now: (
        Order.objects.filter(owner=owner, state=State.DISPATCHED, start_at__gt=now)
        .select_related("account")
        .only(*_LINE)
        .order_by("start_at")[:6]
    )
)
_COMING: Final = Rows(
    lambda owner: (
        Order.objects.filter(owner=owner, state=State.ACCEPTED)
        .select_related("account")
        .only(*_LINE)
        .order_by("start_at")[:6]
    )
)
_ACCOUNTS: Final = Rows(lambda owner: MediaAccount.objects.filter(owner=owner).order_by("pk")[:5])
_CARD: Final = Rows(
    lambda owner: BankCard.objects.filter(owner=owner, state=BankCard.State.BOUND).values_list("pk")[:1]
)


def home(request: HttpRequest) -> HttpResponse:
    """Called by `orders.views.home` for the owner's workspace."""
    user = workspace.active(request).user
    assert user is not None  # noqa: S101 [the caller knows the workspace]
    now = clock.now()
    counts = queries.label_counts(owner=user)
    context = {
        "now": now,
        "waiting": _WAITING.all(owner=user.pk, now=now),
        "coming": _COMING.all(owner=user.pk),
        "counts": [(label, counts[label.slug]) for label in labels.LABELS if counts[label.slug]],
        "earnings": money.earnings(owner_id=user.pk),
        "has_card": _CARD.first(owner=user.pk) is not None,
        "accounts": _ACCOUNTS.all(owner=user.pk),
    }
    return render(request, "orders/owner_home.html", context)
