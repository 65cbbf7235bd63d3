"""The Sina Pay client: one method per thing billing asks (sinapay.md section 6). Amounts are fen, times aware.

Every method is one signed call, never repeated by itself, and raises only `weitask.gateways.errors`. After
`UnknownError` the number stays reserved: only a query may say what became of it (section 12).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import TracebackType

from weitask.gateways import sinapay_wire as wire
from weitask.gateways.errors import Effect, GatewayError, PermanentError, TemporaryError
from weitask.gateways.sinapay import codes, records
from weitask.gateways.sinapay.config import SinaPayConfig
from weitask.gateways.sinapay.records import BoundCard, CardDetails, DepositStarted, Trade, TradePage
from weitask.gateways.sinapay.session import Service, Session

_CREATE_MEMBER = Service("create_activate_member", order_gateway=False, effect=Effect.READ)
_SET_REAL_NAME = Service("set_real_name", order_gateway=False, effect=Effect.READ)
_BIND_CARD = Service("binding_bank_card", order_gateway=False, effect=Effect.WRITE)
_CONFIRM_CARD = Service("binding_bank_card_advance", order_gateway=False, effect=Effect.WRITE)
_UNBIND_CARD = Service("unbinding_bank_card", order_gateway=False, effect=Effect.WRITE)
_CONFIRM_UNBIND = Service("unbinding_bank_card_advance", order_gateway=False, effect=Effect.WRITE)
_CARDS = Service("query_bank_card", order_gateway=False, effect=Effect.READ)
_BALANCE = Service("query_balance", order_gateway=False, effect=Effect.READ)
_DEPOSIT = Service("create_hosting_deposit", order_gateway=True, effect=Effect.WRITE)
_DEPOSITS = Service("query_hosting_deposit", order_gateway=True, effect=Effect.READ)
_PAY_TO_CARD = Service("create_single_hosting_pay_to_card_trade", order_gateway=True, effect=Effect.WRITE)
_WITHDRAW = Service("create_hosting_withdraw", order_gateway=True, effect=Effect.WRITE)
_WITHDRAWALS = Service("query_hosting_withdraw", order_gateway=True, effect=Effect.READ)
_ROWS = {_DEPOSITS.name: "deposit_list", _WITHDRAWALS.name: "withdraw_list"}

_OUR_NUMBER = re.compile(r"[A-Za-z0-9_]{1,32}")
_PAY_OTHERS = "2000"
_PAGE_SIZE = 100
_LIST_SPAN = timedelta(days=30)


class SinaPayClient:
    """All calls to Sina Pay. Share one per process: `weitask.gateways.sinapay.client()`."""

    def __init__(self, config: SinaPayConfig, session: Session | None = None) -> None:
        self.config = config
        self._session = session or Session(config)
        self._merchant = {"identity_id": config.partner_id, "identity_type": "MEMBER_ID", "account_type": "BASIC"}

    def __enter__(self) -> SinaPayClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._session.close()

    def pinned(self, *, now: datetime) -> SinaPayClient:
        """The same connections, stamping `now`: for threads, which must not ask the database for the time."""
        return SinaPayClient(self.config, self._session.pinned(now))

    # --- People and cards (6.1) -------------------------------------------------------------------------------

    def create_member(self, *, uid: str, company: bool, client_ip: str) -> None:
        """Make `uid` known to Sina; one that exists already is fine."""
        fields = {**_person(uid), "member_type": "2" if company else "1", "client_ip": client_ip}
        self._once(_CREATE_MEMBER, fields)

    def set_real_name(self, *, uid: str, name: str, cert_no: str, client_ip: str) -> None:
        """Tell Sina who the person is; a name that is set already is fine. Wrong data: cause "data"."""
        fields = {**_person(uid), "real_name": name, "cert_type": "IC", "cert_no": cert_no, "client_ip": client_ip}
        self._once(_SET_REAL_NAME, fields)

    def bind_card(self, *, uid: str, card: CardDetails, request_no: str, client_ip: str) -> str:
        """Begin to bind a card; Sina texts a code to the phone. Answers the ticket: 15 minutes, five tries."""
        fields = {
            **_person(uid),
            "request_no": _number(request_no),
            "bank_code": card.bank_code,
            "bank_account_no": card.number,
            "account_name": card.name,
            "card_type": "DEBIT",
            "card_attribute": "C",
            "cert_type": "IC",
            "cert_no": card.cert_no,
            "phone_no": card.phone,
            "province": card.province,
            "city": card.city,
            "verify_mode": "SIGN",
            "client_ip": client_ip,
        }
        return self._session.ask(_BIND_CARD, fields, lambda answer: records.required(answer, "ticket"))

    def confirm_card(self, *, ticket: str, code: str, client_ip: str) -> str:
        """Finish binding with the texted code; answers the card_id. A wrong code: cause "data"."""
        fields = {"ticket": ticket, "valid_code": code, "client_ip": client_ip}
        return self._session.ask(_CONFIRM_CARD, fields, lambda answer: records.required(answer, "card_id"))

    def unbind_card(self, *, uid: str, card_id: str, client_ip: str) -> str:
        """Begin to unbind a card; answers a ticket for `confirm_unbind`."""
        fields = {**_person(uid), "card_id": card_id, "advance_flag": "Y", "client_ip": client_ip}
        return self._session.ask(_UNBIND_CARD, fields, lambda answer: records.required(answer, "ticket"))

    def confirm_unbind(self, *, uid: str, ticket: str, code: str, client_ip: str) -> None:
        """Finish unbinding with the texted code."""
        fields = {**_person(uid), "ticket": ticket, "valid_code": code, "client_ip": client_ip}
        self._session.ask(_CONFIRM_UNBIND, fields, lambda _: None)

    def cards(self, *, uid: str) -> list[BoundCard]:
        """The person's bound cards: what to look at after `confirm_card` ended unknown."""
        try:
            return self._session.ask(_CARDS, _person(uid), records.parse_cards)
        except PermanentError as error:
            if error.code == "NO_BANK_CARD_INFO":
                return []
            raise

    # --- Recharge (6.2) ---------------------------------------------------------------------------------------

    def deposit(self, *, number: str, amount_fen: int, summary: str, payer_ip: str) -> DepositStarted:
        """Open a recharge of the merchant account and answer the cashier's address. Not a payment yet."""
        amount = wire.amount(amount_fen)
        fields = {
            **self._merchant,
            "out_trade_no": _number(number),
            "summary": summary,
            "amount": amount,
            "payer_ip": payer_ip,
            "pay_method": f"online_bank^{amount}^SINAPAY,DEBIT,C",
            "notify_url": self.config.notify_url,
            "return_url": self.config.return_url,
        }
        return self._session.ask(_DEPOSIT, fields, records.parse_deposit)

    def query_deposit(self, *, number: str) -> Trade | None:
        """What Sina knows of a recharge; None when it knows nothing."""
        return self._query(_DEPOSITS, number)

    # --- Payouts (6.3, 6.4) -----------------------------------------------------------------------------------

    def pay_to_card(self, *, number: str, uid: str, card_id: str, amount_fen: int, summary: str) -> str:
        """Pay a person's bound card from the merchant account. Answers the first state, never proof of payment."""
        fields = {
            "out_trade_no": _number(number),
            "out_trade_code": _PAY_OTHERS,
            "collect_method": f"binding_card^{_number(uid)},UID,{_number(card_id)}",
            "amount": wire.amount(amount_fen),
            "summary": summary,
            "payto_type": "FAST",
            "user_ip": self.config.server_ip,
            "notify_url": self.config.notify_url,
        }
        return self._session.ask(_PAY_TO_CARD, fields, _withdraw_state)

    def withdraw(self, *, number: str, uid: str, card_id: str, amount_fen: int, summary: str) -> str:
        """Pay a refund to a bound card of `uid`, drawn on the merchant account; answers the first state."""
        fields = {
            **_person(uid),
            "account_type": "BASIC",
            "out_trade_no": _number(number),
            "card_id": _number(card_id),
            "amount": wire.amount(amount_fen),
            "summary": summary,
            "payto_type": "FAST",
            "user_ip": self.config.server_ip,
            "notify_url": self.config.notify_url,
        }
        return self._session.ask(_WITHDRAW, fields, _withdraw_state)

    def query_payout(self, *, number: str) -> Trade | None:
        """What Sina knows of a payout or refund; None is final only after a safety delay (section 9)."""
        return self._query(_WITHDRAWALS, number)

    # --- The book (9) -----------------------------------------------------------------------------------------

    def balance(self) -> int:
        """Fen on the merchant account."""
        return self._session.ask(_BALANCE, self._merchant, records.parse_balance)

    def list_deposits(self, *, start: datetime, end: datetime) -> list[Trade]:
        """Every recharge created from `start` to `end`, all pages, by number once."""
        return self._list(_DEPOSITS, start=start, end=end)

    def list_payouts(self, *, start: datetime, end: datetime) -> list[Trade]:
        """Every payout and refund created from `start` to `end`, all pages, by number once."""
        return self._list(_WITHDRAWALS, start=start, end=end)

    def _once(self, service: Service, fields: Mapping[str, str]) -> None:
        """A call whose repeat is answered with "exists already", which is what we wanted."""
        try:
            self._session.ask(service, fields, lambda _: None)
        except GatewayError as error:
            if error.code not in codes.ALREADY_DONE:
                raise

    def _query(self, service: Service, number: str) -> Trade | None:
        fields = {**self._merchant, "out_trade_no": _number(number)}
        try:
            page = self._page(service, fields)
        except PermanentError as error:
            if error.code in codes.ABSENT:
                return None
            raise
        found = [trade for trade in page.trades if trade.number == number]
        if len(found) != page.total or len(found) > 1:
            raise TemporaryError(code="bad_json", message="the list does not hold just the number asked for")
        return found[0] if found else None

    def _list(self, service: Service, *, start: datetime, end: datetime) -> list[Trade]:
        """Section 9 allows 30 days a query: longer spans go in parts, whose edges may overlap."""
        found: dict[str, Trade] = {}
        since = start
        while since < end:
            until = min(since + _LIST_SPAN, end)
            fields = {**self._merchant, "start_time": wire.beijing(since), "end_time": wire.beijing(until)}
            found |= self._all_pages(service, fields)
            since = until
        return list(found.values())

    def _all_pages(self, service: Service, fields: Mapping[str, str]) -> dict[str, Trade]:
        found: dict[str, Trade] = {}
        number = 0
        while True:
            number += 1
            page = self._page(service, {**fields, "page_no": str(number), "page_size": str(_PAGE_SIZE)})
            fresh = {trade.number: trade for trade in page.trades if trade.number not in found}
            found |= fresh
            if len(found) >= page.total:
                return found
            if not fresh:
                # A list that ends before its own total must not pass for the whole book.
                raise TemporaryError(code="bad_json", message="the list ends early")

    def _page(self, service: Service, fields: Mapping[str, str]) -> TradePage:
        return self._session.ask(service, fields, lambda answer: records.parse_page(answer, _ROWS[service.name]))


def _person(uid: str) -> dict[str, str]:
    return {"identity_id": _number(uid), "identity_type": "UID"}


def _number(text: str) -> str:
    """Our numbers are safe inside Sina's lists, whose separators are ^ | ~ $ (section 2)."""
    if not _OUR_NUMBER.fullmatch(text):
        raise ValueError("a number has 1 to 32 letters, digits or underscores")
    return text


def _withdraw_state(fields: Mapping[str, str]) -> str:
    return records.parse_state(fields, "withdraw_status")
