"""付款记录 of an owner: every Friday's payment, with its state (R126-R128)."""

from typing import Final

from django.db.models import F
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounts import workspace
from accounts.models import User
from accounts.workspace import owner_required
from billing import sheets
from billing.models import Payout
from billing.querysets import PayoutQuerySet
from weitask import lists, sorting
from weitask.forms import chosen
from weitask.lists import Found
from weitask.sorting import Sort

SORTS: Final = (
    Sort("oldest", _("最早"), F("pk")),
    Sort("-amount", _("金额从高到低"), F("amount"), falling=True),
)


@owner_required
@require_GET
def payouts(request: HttpRequest) -> HttpResponse:
    """Newest first; `?state=` filters, `?ordering=` is one of `SORTS`, `?format=xlsx` is the same as a file."""
    if lists.is_wanted(request):
        return _FILE.answer(request)
    user = workspace.active(request).user
    assert user is not None  # noqa: S101 [owner_required]
    context = {
        "page": sorting.page(request, _asked_for(user, request.GET), SORTS),
        "states": Payout.State.choices,
        "chosen": chosen(request.GET, Payout.State),
        "sorts": SORTS,
    }
    return render(request, "billing/payouts.html", context)


def _asked_for(owner: User, asked: QueryDict) -> PayoutQuerySet:
    mine = Payout.objects.visible_to(owner).select_related("run")
    state = chosen(asked, Payout.State)
    return mine.filter(state=state) if state else mine


def _found(owner: User, asked: QueryDict) -> Found:
    rows, key = sorting.order(asked, _asked_for(owner, asked), SORTS)
    return Found(sheets.PAYOUTS, rows, key, sheets.of_payouts)


_FILE: Final = lists.offer("payouts", _("付款记录"), _found)
