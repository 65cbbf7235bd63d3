"""The star beside an account: marked by one press, with and without script (R21)."""

from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts import favourites
from accounts.models import MediaAccount
from accounts.workspace import advertiser_required, own_advertiser
from weitask import clock


@advertiser_required
@require_POST
def star(request: HttpRequest, pk: int) -> HttpResponse:
    """`star=1` marks the account, anything else takes the mark away; answers the button, or the page it was on."""
    advertiser = own_advertiser(request)
    marks = request.POST.get("star") == "1"
    try:
        if marks:
            favourites.mark(account_id=pk, by=advertiser, now=clock.now())
        else:
            favourites.unmark(account_id=pk, by=advertiser)
    except MediaAccount.DoesNotExist as error:
        raise Http404 from error
    if not request.headers.get("HX-Request"):
        return HttpResponseRedirect(_back(request))
    account = get_object_or_404(MediaAccount.objects.only("screen_name"), pk=pk)
    context = {"number": pk, "name": account, "marked": marks, "wide": request.POST.get("wide") == "1"}
    return render(request, "tasks/_star.html", context)


def _back(request: HttpRequest) -> str:
    """The page the button was on, with the accounts that were ticked there."""
    came_from = urlsplit(request.META.get("HTTP_REFERER", ""))
    if came_from.netloc != request.get_host():
        return reverse("market")
    query = QueryDict(came_from.query, mutable=True)
    if ticked := request.POST.getlist("account"):
        query.setlist("account", ticked)
    return f"{came_from.path}?{query.urlencode()}" if query else came_from.path
