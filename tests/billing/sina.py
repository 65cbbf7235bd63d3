"""Sina Pay as the tests see it: what it was told, what it says, how it misbehaves."""

from datetime import datetime

from accounts.models import User
from billing import cards, notifications
from billing.models import BankCard
from tests.sandbox_process import SandboxProcess
from weitask import clock
from weitask.gateways.sinapay import CardDetails

PAY = "create_single_hosting_pay_to_card_trade"
QUERY_PAYOUT = "query_hosting_withdraw"
DEPOSIT = "create_hosting_deposit"
QUERY_DEPOSIT = "query_hosting_deposit"


class Sina:
    """Control of the sandbox in the words of the tests; amounts in fen."""

    def __init__(self, sandbox: SandboxProcess) -> None:
        self.sandbox = sandbox

    def pay(self, number: str, *, notify: str = "once") -> list[bytes]:
        """The advertiser pays at the cashier; the bodies of the notifications that go out."""
        return _bodies(self.sandbox.control(f"sinapay/deposits/{number}/pay/", {"notify": notify}))

    def refuse(self, number: str, *, notify: str = "once") -> list[bytes]:
        """The payment at the cashier fails."""
        return _bodies(self.sandbox.control(f"sinapay/deposits/{number}/fail/", {"notify": notify}))

    def settle(self, number: str, result: str, *, notify: str = "once") -> list[bytes]:
        """The bank's word on a payout: success, failed or returned."""
        body = {"result": result, "notify": notify}
        return _bodies(self.sandbox.control(f"sinapay/payouts/{number}/settle/", body))

    def payouts(self) -> list[dict]:
        return self.sandbox.control("sinapay/payouts/")

    def balance(self) -> int:
        return self.sandbox.control("sinapay/balance/")["balance_fen"]

    def opening(self, amount: int) -> None:
        """Money on the merchant account before any deposit."""
        self.sandbox.control("settings/", {"opening_balance": amount})

    def fault(self, target: str, kind: str, **more) -> None:
        self.sandbox.control("faults/", {"target": target, "kind": kind, "times": 1, "seconds": 0, **more})

    def well(self) -> None:
        """No more faults."""
        self.sandbox.control("faults/", method="DELETE")


def at(moment: datetime) -> datetime:
    """Move the business clock, which stamps what we send, and answer the moment."""
    clock.pin(at=moment)
    return moment


def details(number: str = "6222020200001238", **changes: str) -> CardDetails:
    """A card of 王小明; its last digit decides what the bank does with payouts (8: pays)."""
    fields = {
        "bank_code": "ICBC",
        "number": number,
        "name": "王小明",
        "cert_no": "110101199003071234",
        "phone": "13800138000",
        "province": "北京",
        "city": "北京",
    }
    return CardDetails(**{**fields, **changes})


def bind(owner: User, *, now: datetime, number: str = "6222020200001238") -> BankCard:
    """A card bound through Sina's text message."""
    card = cards.submit(owner=owner, details=details(number), client_ip="203.0.113.7", now=now)
    return cards.confirm(card=card, code="123456", client_ip="203.0.113.7", now=now)


def tell(bodies: list[bytes], *, now: datetime) -> list[str]:
    """Hand notifications to us; our answers."""
    return [notifications.receive(body=body, now=now) for body in bodies]


def _bodies(answer: dict) -> list[bytes]:
    return [one["body"].encode() for one in answer["notifications"]]
