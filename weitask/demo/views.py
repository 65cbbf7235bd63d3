"""The demo bar: stepping the business clock by hand (spec 9)."""

from datetime import datetime, timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from weitask import clock, sweeps
from weitask.demo import stepping
from weitask.periods import cutoff_for, shanghai

AFTER_CUTOFF = timedelta(hours=12, minutes=10)  # the Friday batch is made by 12:00 and paid soon after (A34)
STEPS = {"PT1H": timedelta(hours=1), "PT24H": timedelta(hours=24)}


@login_required
@require_POST
def step(request: HttpRequest) -> HttpResponse:
    """One hour, a day, to the middle of the next Friday, or to the next event."""
    now = clock.now()
    try:
        ran = stepping.advance(to=_target(request.POST.get("to", ""), now))
    except stepping.Busy:
        messages.warning(request, _("时间正在推进，请稍候。"))
    else:
        words = {"time": f"{shanghai(clock.now()):%Y-%m-%d %H:%M}", "count": sum(ran.values())}
        messages.success(request, _("时间已推进到 %(time)s（北京时间），处理了 %(count)s 项。") % words)
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
    return HttpResponseRedirect(target if safe else reverse("home"))


def _target(wanted: str, now: datetime) -> datetime:
    if wanted == "friday":
        return cutoff_for(now + timedelta(seconds=1)) + AFTER_CUTOFF
    if wanted == "event":
        due = sweeps.next_due(now + timedelta(seconds=1))
        return max(due or now, now + timedelta(seconds=1))
    return now + STEPS.get(wanted, STEPS["PT1H"])
