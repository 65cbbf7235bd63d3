"""What goes to and comes from Sina Pay, as values (sinapay.md sections 6, 7 and 9). Amounts in fen, times in UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from weitask.gateways import sinapay_wire as wire
from weitask.gateways.reading import Malformed

PROCESSING: Final = "PROCESSING"
SUCCESS: Final = "SUCCESS"
FAILED: Final = "FAILED"
RETURNED: Final = "RETURNT_TICKET"
INIT: Final = "INIT"
STATES = frozenset({PROCESSING, SUCCESS, FAILED, RETURNED, INIT})

_ROWS, _COLUMNS = "|", "^"
_TRADE_COLUMNS = 5
_CARD_COLUMNS = 9


@dataclass(frozen=True, slots=True)
class CardDetails:
    """A debit card of a private person to be bound. Never shown: everything but the bank stays out of `repr`."""

    bank_code: str
    number: str = field(repr=False)
    name: str = field(repr=False)
    cert_no: str = field(repr=False)
    phone: str = field(repr=False)
    province: str
    city: str


@dataclass(frozen=True, slots=True)
class BoundCard:
    """A card Sina knows of a person; the number is masked by Sina."""

    card_id: str
    bank_code: str
    masked_number: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class DepositStarted:
    """A recharge that waits at the cashier."""

    state: str
    cashier_url: str


@dataclass(frozen=True, slots=True)
class Trade:
    """A deposit or a payout as Sina's own list has it."""

    number: str
    amount_fen: int
    state: str
    created_at: datetime
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class TradePage:
    """One page of a list and the number of rows of all pages."""

    trades: tuple[Trade, ...]
    total: int


def parse_state(fields: Mapping[str, str], name: str) -> str:
    """A status; absent means accepted and under way."""
    state = fields.get(name) or PROCESSING
    if state not in STATES:
        raise Malformed(f"{name} is none we know")
    return state


def parse_deposit(fields: Mapping[str, str]) -> DepositStarted:
    """The answer of `create_hosting_deposit`; the browser is sent only to a web address."""
    address = fields.get("redirect_url", "")
    if address and (urlsplit(address).scheme not in ("https", "http") or not urlsplit(address).netloc):
        raise Malformed("redirect_url is not a web address")
    return DepositStarted(state=parse_state(fields, "deposit_status"), cashier_url=address)


def parse_page(fields: Mapping[str, str], name: str) -> TradePage:
    """`deposit_list` or `withdraw_list`: number ^ amount ^ status ^ created ^ modified, rows by |."""
    trades = tuple(_trade(row) for row in _rows(fields, name))
    # Only a count of none says that there is nothing: an answer that counts nothing (in progress) has not looked.
    total = fields.get("total_item") or (str(len(trades)) if trades else "")
    if not (total.isascii() and total.isdigit()) or len(total) > 9:
        raise Malformed("total_item is not a number")
    return TradePage(trades=trades, total=max(int(total), len(trades)))


def parse_cards(fields: Mapping[str, str]) -> list[BoundCard]:
    """`card_list` of `query_bank_card`."""
    return [_card(row) for row in _rows(fields, "card_list")]


def parse_balance(fields: Mapping[str, str]) -> int:
    """`balance` of `query_balance`, in fen."""
    return wire.fen(fields.get("balance", ""))


def required(fields: Mapping[str, str], name: str) -> str:
    """A field that must not be empty."""
    value = fields.get(name, "")
    if not value:
        raise Malformed(f"no {name}")
    return value


def _rows(fields: Mapping[str, str], name: str) -> list[list[str]]:
    return [row.split(_COLUMNS) for row in fields.get(name, "").split(_ROWS) if row]


def _trade(row: list[str]) -> Trade:
    if len(row) != _TRADE_COLUMNS or not row[0]:
        raise Malformed("a trade has five columns")
    return Trade(
        number=row[0],
        amount_fen=wire.fen(row[1]),
        state=parse_state({"state": row[2]}, "state"),
        created_at=wire.moment(row[3]),
        modified_at=wire.moment(row[4]),
    )


def _card(row: list[str]) -> BoundCard:
    if len(row) != _CARD_COLUMNS or not row[0]:
        raise Malformed("a card has nine columns")
    return BoundCard(card_id=row[0], bank_code=row[1], masked_number=row[2], created_at=wire.moment(row[7]))
