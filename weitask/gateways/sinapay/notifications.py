"""Reading a notification from Sina Pay, and refusing everything that only looks like one (sinapay.md 8, F24)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import parse_qsl

from cryptography.hazmat.primitives.asymmetric import rsa

from weitask.gateways import sinapay_wire as wire
from weitask.gateways.reading import Malformed
from weitask.gateways.sinapay.config import SinaPayConfig

MAX_BODY_BYTES = 64 * 1024
MAX_FIELDS = 100
_NAME = re.compile(r"[A-Za-z0-9_]{1,64}")
# `a=1&b=2` signs the same whether it is two fields or one value: such a value is never believed.
_HIDDEN_FIELD = re.compile(r"&[A-Za-z0-9_]+=")


@dataclass(frozen=True, slots=True)
class _Shape:
    number: str
    state: str
    amount: str


_SHAPES = {
    "deposit_status_sync": _Shape("outer_trade_no", "deposit_status", "deposit_amount"),
    "withdraw_status_sync": _Shape("outer_trade_no", "withdraw_status", "withdraw_amount"),
    "trade_status_sync": _Shape("outer_trade_no", "trade_status", "trade_amount"),
    "refund_status_sync": _Shape("outer_trade_no", "refund_status", "refund_amount"),
    "batch_trade_status_sync": _Shape("outer_batch_no", "batch_status", "batch_amount"),
    "b2c_trade_status_sync": _Shape("out_trade_no", "trade_status", "trade_amount"),
    "audit_status_sync": _Shape("audit_order_no", "audit_status", ""),
}
_OTHER = _Shape("", "", "")


class ForgedNotification(Exception):
    """Not from Sina, or not for us: answer 4xx, change nothing, log a security event. `reason` is safe to log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Notification:
    """A truly signed notification.

    `amount_fen` is None when none was sent or it cannot be read, and "" stands for an absent text: the caller parks
    such a thing instead of booking it. `raw`: every field that was signed, trimmed.
    """

    kind: str
    notify_id: str
    number: str
    inner_number: str
    state: str
    amount_fen: int | None
    raw: dict[str, str] = field(repr=False)


def parse_notification(*, fields_body: bytes, config: SinaPayConfig) -> Notification:
    """Read the body of a POST to the notify address. Raises `ForgedNotification` unless Sina signed just this."""
    fields = _fields(fields_body)
    if fields.get("sign_type", "") != "RSA":
        raise ForgedNotification("sign type")
    if not wire.is_signed(fields, _sinas_key(config.sign_public_key_pem)):
        raise ForgedNotification("signature")
    if fields.get("partner_id", config.partner_id) != config.partner_id:
        raise ForgedNotification("partner id")
    kind = fields.get("notify_type", "")
    shape = _SHAPES.get(kind, _OTHER)
    return Notification(
        kind=kind,
        notify_id=fields.get("notify_id", ""),
        number=fields.get(shape.number, ""),
        inner_number=fields.get("inner_trade_no", ""),
        state=fields.get(shape.state, ""),
        amount_fen=_amount(fields.get(shape.amount, "")),
        raw={name: value for name, value in fields.items() if name not in wire.UNSIGNED},
    )


def _fields(body: bytes) -> dict[str, str]:
    """The form fields, each once, trimmed as the signature sees them; empty ones are not signed, so they go."""
    if len(body) > MAX_BODY_BYTES:
        raise ForgedNotification("size")
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError:
        raise ForgedNotification("encoding") from None
    if len({name for name, _ in pairs}) != len(pairs):
        raise ForgedNotification("duplicated parameter")
    if any(not _NAME.fullmatch(name) or _HIDDEN_FIELD.search(value) or "\x00" in value for name, value in pairs):
        raise ForgedNotification("ambiguous parameter")
    return {name: value.strip() for name, value in pairs if value.strip()}


def _amount(text: str) -> int | None:
    try:
        return wire.fen(text)
    except Malformed:
        return None


@lru_cache(maxsize=4)
def _sinas_key(pem: str) -> rsa.RSAPublicKey:
    return wire.public_key(pem)
