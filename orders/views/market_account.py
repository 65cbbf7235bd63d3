"""One account of the market: figures over time, free times, recent work, rating in parts (R5, R7, R21, R29)."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounts import favourites, history, indicators, rating, slots
from accounts import queries as market
from accounts.models import Advertiser, MediaAccount
from accounts.workspace import advertiser_required, own_advertiser
from orders import queries
from tasks.views.cells import Column
from weitask import clock
from weitask.forms import ShanghaiField
from weitask.gateways.weibo_text import post_url

# Each chart: its name, the indicators of its left axis and of its right one. What a reader may not see is left out.
_CHARTS = (
    (_("粉丝数与评级"), ("followers",), ("rating",)),
    (_("转发、评论中位数与接单率"), ("median_reposts", "median_comments"), ("accept_rate_bp",)),
)


class WishForm(forms.Form):
    """When one would like to begin."""

    at = ShanghaiField(label=_("想要的开始时间（北京时间）"), required=False)


@advertiser_required
@require_GET
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """One account of the caller's view; anybody else's is not there (R5). `?at=` asks for free times near a moment."""
    advertiser = own_advertiser(request)
    try:
        found = market.visible_account(advertiser=advertiser, account_id=pk)
    except MediaAccount.DoesNotExist as error:
        raise Http404 from error
    now = clock.now()
    wish = WishForm(request.GET)
    wanted = (wish.cleaned_data["at"] if wish.is_valid() else None) or now
    context = {
        "account": found,
        "cells": [Column.of(one).cell(found) for one in indicators.shown_to(advertiser) if one.key != "screen_name"],
        "charts": _charts(found, advertiser, now),
        "wish": wish,
        "free": slots.nearest_free(account_id=pk, start=wanted, now=now, count=6),
        "days": slots.calendar(account_id=pk, now=now),
        "marked": bool(favourites.among(advertiser=advertiser, account_ids=[pk])),
    }
    if advertiser.is_enterprise:  # spec 5: a 个人用户 sees the score
        context |= _for_enterprises(found)
    return render(request, "orders/market_account.html", context)


def _for_enterprises(account: MediaAccount) -> dict[str, Any]:
    score = account.scores.first()
    work = queries.recent_work(account=account)
    return {
        "parts": rating.named(score.parts) if score else [],
        "work": [(order, post_url(account.weibo.uid, order.weibo_id or "")) for order in work],
        "shows_work": True,
    }


def _charts(account: MediaAccount, advertiser: Advertiser, now: datetime) -> list[dict[str, Any]]:
    """The charts that have a line to draw for this reader: two days at least."""
    seen = {one.key: one for one in indicators.shown_to(advertiser) if one.kept}
    past = history.daily(account=account, keys=seen, now=now)
    if len(past.days) < 2:
        return []
    charts = []
    for number, (title, left, right) in enumerate(_CHARTS):
        lines = [
            {"name": str(seen[key].label), "values": _drawn(seen[key], past.values[key]), "right": key in right}
            for key in (*left, *right)
            if key in seen
        ]
        if lines:
            moments = [f"{day:%m-%d}" for day in past.days]
            charts.append({"id": f"history-{number}", "title": title, "data": {"moments": moments, "lines": lines}})
    return charts


def _drawn(indicator: indicators.Indicator, values: list[int | None]) -> list[float | int | None]:
    """Basis points are drawn in per cent."""
    if indicator.unit != "percent":
        return list(values)
    return [None if value is None else value / 100 for value in values]
