"""充值记录 of an advertiser: every recharge through Sina Pay, with what became of it (R125)."""

from typing import Final

from django.db.models import F
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounts.models import Advertiser, User
from accounts.workspace import advertiser_of, advertiser_required, own_advertiser
from billing import sheets
from billing.models import TopUp
from billing.querysets import TopUpQuerySet
from weitask import lists, sorting
from weitask.forms import chosen
from weitask.lists import Found
from weitask.sorting import Sort

SORTS: Final = (
    Sort("oldest", _("最早"), F("pk")),
    Sort("-amount", _("金额从高到低"), F("amount"), falling=True),
)


@advertiser_required
@require_GET
def recharges(request: HttpRequest) -> HttpResponse:
    """Newest first; `?state=` filters, `?ordering=` is one of `SORTS`, `?format=xlsx` is the same as a file."""
    if lists.is_wanted(request):
        return _FILE.answer(request)
    context = {
        "page": sorting.page(request, _asked_for(own_advertiser(request), request.GET), SORTS),
        "states": TopUp.State.choices,
        "chosen": chosen(request.GET, TopUp.State),
        "sorts": SORTS,
    }
    return render(request, "billing/recharges.html", context)


def _asked_for(advertiser: Advertiser, asked: QueryDict) -> TopUpQuerySet:
    mine = TopUp.objects.visible_to(advertiser)
    state = chosen(asked, TopUp.State)
    return mine.filter(state=state) if state else mine


def _found(user: User, asked: QueryDict) -> Found:
    rows, key = sorting.order(asked, _asked_for(advertiser_of(user), asked), SORTS)
    return Found(sheets.RECHARGES, rows, key, sheets.of_recharges)


_FILE: Final = lists.offer("recharges", _("充值记录"), _found)
