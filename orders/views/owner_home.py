"""The home of a 自媒体帐号: what waits for an answer, what starts next, what was earned."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts import workspace
from accounts.models import MediaAccount
from billing import queries as money
from billing.models import BankCard
from orders import labels, queries
from orders.moves import State
from weitask import clock


def home(request: HttpRequest) -> HttpResponse:
    """Called by `orders.views.home` for the owner's workspace."""
    user = workspace.active(request).user
    assert user is not None  # noqa: S101 [the caller knows the workspace]
    mine = queries.lines(user)
    now = clock.now()
    counts = queries.label_counts(owner=user)
    context = {
        "now": now,
        "waiting": mine.filter(state=State.DISPATCHED, start_at__gt=now).order_by("start_at")[:6],
        "coming": mine.filter(state=State.ACCEPTED).order_by("start_at")[:6],
        "counts": [(label, counts[label.slug]) for label in labels.LABELS if counts[label.slug]],
        "earnings": money.earnings(owner_id=user.pk),
        "has_card": BankCard.objects.filter(owner=user, state=BankCard.State.BOUND).exists(),
        "accounts": MediaAccount.objects.owned_by(user).order_by("pk")[:5],
    }
    return render(request, "orders/owner_home.html", context)
