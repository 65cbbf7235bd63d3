"""The hosted cashier page (sinapay.md 13)."""

from datetime import timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render

from weitask.sandbox import clock, memory, switches
from weitask.sandbox.models import Deposit
from weitask.sandbox.sinapay import deposits, notifications, wire


def cashdesk(request: HttpRequest) -> HttpResponse:
    """Show an order; pay, fail, pay later or leave, then back to the merchant."""
    clock.hear(request.headers.get("X-Weitask-Now"))
    ticket = request.GET.get("ft") or request.POST.get("ft") or ""
    deposit = get_object_or_404(Deposit, ticket=ticket)
    now = clock.now()
    is_open = deposit.state == "PROCESSING" and (deposit.closes_at is None or deposit.closes_at > now)
    if request.method == "POST" and is_open:
        _act(deposit, request.POST.get("action", ""))
        if deposit.return_url:
            return _back(deposit)
        deposit.refresh_from_db()
        is_open = False
    context = {
        "deposit": deposit,
        "open": is_open,
        "merchant": settings.SANDBOX_MERCHANT_NAME,
        "amount": wire.yuan(deposit.amount_fen),
    }
    return render(request, "sandbox/cashier.html", context)


def _act(deposit: Deposit, action: str) -> None:
    now = clock.now()
    if action in {"pay", "fail"}:
        deposits.settle(deposit, state="SUCCESS" if action == "pay" else "FAILED", mode="once", now=now)
        notifications.deliver_due(now, number=deposit.number)
    elif action == "pay_later":
        due_at = now + timedelta(seconds=switches.get("pay_later_delay"))
        with memory.writing():
            Deposit.objects.filter(pk=deposit.pk).update(pay_due_at=due_at)


def _back(deposit: Deposit) -> HttpResponse:
    joint = "&" if "?" in deposit.return_url else "?"
    query = urlencode({"out_trade_no": deposit.number})
    return HttpResponseRedirect(f"{deposit.return_url}{joint}{query}")
