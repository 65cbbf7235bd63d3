"""Control of the Sina Pay side: deposits, payouts, notifications, the merchant's balance. Amounts in fen."""

from typing import Any

from django.http import Http404

from weitask.sandbox import clock
from weitask.sandbox.models import BankCard, Delivery, Deposit, Payout
from weitask.sandbox.sinapay import deposits, notifications, payouts


def list_deposits(query: dict[str, Any]) -> list[dict[str, Any]]:
    """All deposits, oldest first."""
    return [_order(one) for one in Deposit.objects.order_by("created_at", "pk")]


def pay_deposit(body: dict[str, Any], number: str) -> dict[str, Any]:
    """Pay a cashier order, even one that was closed; `notify` chooses how it is told."""
    return _finish_deposit(number, state="SUCCESS", mode=_mode(body))


def fail_deposit(body: dict[str, Any], number: str) -> dict[str, Any]:
    """The payment fails."""
    return _finish_deposit(number, state="FAILED", mode=_mode(body))


def list_payouts(query: dict[str, Any]) -> list[dict[str, Any]]:
    """All payouts, oldest first."""
    return [_order(one) for one in Payout.objects.order_by("created_at", "pk")]


def settle_payout(body: dict[str, Any], number: str) -> dict[str, Any]:
    """Bring a payout to `result`: success, failed or returned; a second call may contradict the first."""
    result, mode = body.get("result", "success"), _mode(body)
    if result not in payouts.RESULTS:
        raise ValueError("result: success, failed or returned")
    payout = _find(Payout, number)
    now = clock.now()
    payouts.settle(payout, result=result, mode=mode, now=now)
    notifications.deliver_due(now, number=number)
    return {**_order(payout), "notifications": _deliveries(number)}


def balance(query: dict[str, Any]) -> dict[str, int]:
    """Fen on the merchant's account."""
    return {"balance_fen": payouts.balance_fen()}


def list_cards(query: dict[str, Any]) -> list[dict[str, Any]]:
    """All bank cards ever bound."""
    fields = ("card_id", "member_id", "bank_code", "number", "name")
    return [
        {**{name: getattr(card, name) for name in fields}, "unbound_at": clock.iso(card.unbound_at)}
        for card in BankCard.objects.order_by("pk")
    ]


def list_notifications(query: dict[str, Any]) -> list[dict[str, Any]]:
    """The log of notifications with their exact bodies; `number` of one order, `due=1` those to be sent by now."""
    found = Delivery.objects.order_by("pk")
    if number := query.get("number"):
        found = found.filter(number=number)
    if query.get("due"):
        found = found.filter(due_at__lte=clock.now()).order_by("due_at", "pk")
    return [_delivery(one) for one in found]


def resend(body: dict[str, Any], delivery_id: str) -> dict[str, Any]:
    """Send a logged notification again, whatever became of it."""
    delivery = _find(Delivery, delivery_id)
    delivery.url = body.get("url") or delivery.url
    notifications.record(delivery, answer=notifications.send(delivery), now=clock.now())
    return _delivery(delivery)


def answer(body: dict[str, Any], delivery_id: str) -> dict[str, Any]:
    """Note the answer of a receiver who fetched the body instead of being sent it."""
    delivery = _find(Delivery, delivery_id)
    notifications.record(delivery, answer=str(body["answer"]), now=clock.now())
    return _delivery(delivery)


def _finish_deposit(number: str, *, state: str, mode: str) -> dict[str, Any]:
    deposit = _find(Deposit, number)
    now = clock.now()
    deposits.settle(deposit, state=state, mode=mode, now=now)
    notifications.deliver_due(now, number=number)
    return {**_order(deposit), "notifications": _deliveries(number)}


def _mode(body: dict[str, Any]) -> str:
    mode = body.get("notify", "once")
    if mode not in notifications.MODES:
        raise ValueError(f"notify: one of {', '.join(sorted(notifications.MODES))}")
    return str(mode)


def _find(model: Any, key: str) -> Any:
    found = model.objects.filter(pk=key).first()
    if found is None:
        raise Http404(f"no {model.__name__} {key}")
    return found


def _order(one: Deposit | Payout) -> dict[str, Any]:
    shown = {
        "out_trade_no": one.number,
        "amount_fen": one.amount_fen,
        "state": one.state,
        "summary": one.summary,
        "identity_id": one.identity_id,
        "created_at": clock.iso(one.created_at),
        "modified_at": clock.iso(one.modified_at),
    }
    if isinstance(one, Payout):
        return {**shown, "service": one.service, "card_id": one.card_id, "due_at": clock.iso(one.due_at)}
    return {**shown, "closes_at": clock.iso(one.closes_at), "ticket": one.ticket}


def _deliveries(number: str) -> list[dict[str, Any]]:
    return [_delivery(one) for one in Delivery.objects.filter(number=number).order_by("pk")]


def _delivery(one: Delivery) -> dict[str, Any]:
    return {
        "id": one.pk,
        "notify_id": one.notify_id,
        "kind": one.kind,
        "number": one.number,
        "mode": one.mode,
        "url": one.url,
        "body": one.body,
        "tries": one.tries,
        "due_at": clock.iso(one.due_at),
        "answers": one.answers,
    }
