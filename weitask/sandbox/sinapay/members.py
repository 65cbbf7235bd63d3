"""Members, real names and bank cards (sinapay.md 6.1)."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from weitask.sandbox import memory
from weitask.sandbox.models import BankCard, BindTicket, Member
from weitask.sandbox.sinapay import signing, wire
from weitask.sandbox.sinapay.errors import SinaPayError
from weitask.sandbox.sinapay.wire import Fields

SMS_CODE = "123456"
_TICKET_LIFE = timedelta(minutes=15)
_MOST_TRIES = 5
_BANKS = {
    *("ABC", "BCCB", "BJRCB", "BOC", "BOS", "CBHB", "CCB", "CCQTGB", "CEB", "CIB", "CITIC", "CMB", "CMBC", "COMM"),
    *("CSCB", "CZB", "CZCB", "GDB", "GNXS", "GZCB", "HCCB", "HKBCHINA", "HSBANK", "HXB", "ICBC", "NBCB", "NJCB"),
    *("PSBC", "SHRCB", "SNXS", "SPDB", "SXJS", "SZPAB", "UPOP", "WZCB"),
}


def create(fields: Fields, now: datetime) -> Fields:
    """`create_activate_member`; a second time DUPLICATE_IDENTITY_ID."""
    wire.need(fields, "identity_id", "identity_type", "member_type", "client_ip")
    if fields["identity_type"] != "UID" or fields["member_type"] not in {"1", "2"}:
        raise SinaPayError("ILLEGAL_ARGUMENT")
    with memory.writing():
        _, made = Member.objects.get_or_create(
            identity_id=fields["identity_id"],
            defaults={"member_type": fields["member_type"], "created_at": now},
        )
    if not made:
        raise SinaPayError("DUPLICATE_IDENTITY_ID")
    return {}


def set_real_name(fields: Fields, now: datetime) -> Fields:
    """`set_real_name`: name and identity card, both encrypted."""
    wire.need(fields, "real_name", "cert_type", "cert_no")
    name, cert_no = signing.decrypt(fields["real_name"]), signing.decrypt(fields["cert_no"])
    if fields["cert_type"] != "IC" or not name or not 15 <= len(cert_no) <= 18:
        raise SinaPayError("REALNAME_CONFIRM_FAILED")
    member = _member(fields)
    if member.real_name and (member.real_name, member.cert_no) != (name, cert_no):
        raise SinaPayError("REALNAME_NOT_MATCHING")
    with memory.writing():
        Member.objects.filter(pk=member.pk).update(real_name=name, cert_no=cert_no)
    return {}


def bind_card(fields: Fields, now: datetime) -> Fields:
    """`binding_bank_card`: with verify_mode SIGN a ticket for the SMS code, otherwise bound at once."""
    wire.new_number(fields, "request_no")
    wire.need(fields, "bank_code", "bank_account_no", "card_type", "card_attribute", "province", "city")
    member = _member(fields)
    card = _card(fields, member)
    with memory.writing():
        if BindTicket.objects.filter(request_no=fields["request_no"]).exists():
            raise SinaPayError("DUPLICATE_REQUEST_NO")
        ticket = _ticket(member, "bind", card, now, request_no=fields["request_no"])
        if fields.get("verify_mode") == "SIGN":
            return {"ticket": ticket.ticket}
        BindTicket.objects.filter(pk=ticket.pk).update(used_at=now)
        return {"card_id": _bind(member, card, now).card_id, "is_verified": "N"}


def bind_card_advance(fields: Fields, now: datetime) -> Fields:
    """`binding_bank_card_advance`: the SMS code for the ticket of a card."""
    ticket = _use_ticket(fields, "bind", now)
    with memory.writing():
        card = _bind(ticket.member, ticket.card, now)
    return {"card_id": card.card_id, "is_verified": "Y"}


def unbind_card(fields: Fields, now: datetime) -> Fields:
    """`unbinding_bank_card`: with advance_flag Y a ticket for the SMS code."""
    wire.need(fields, "card_id")
    card = _member(fields).cards.filter(pk=fields["card_id"], unbound_at=None).first()
    if card is None:
        raise SinaPayError("BANK_ACCOUNT_NOT_EXISTS")
    with memory.writing():
        if fields.get("advance_flag") == "Y":
            return {"ticket": _ticket(card.member, "unbind", {"card_id": card.pk}, now).ticket}
        BankCard.objects.filter(pk=card.pk).update(unbound_at=now)
    return {}


def unbind_card_advance(fields: Fields, now: datetime) -> Fields:
    """`unbinding_bank_card_advance`: the SMS code for the ticket."""
    ticket = _use_ticket(fields, "unbind", now)
    with memory.writing():
        BankCard.objects.filter(pk=ticket.card["card_id"]).update(unbound_at=now)
    return {}


def query_cards(fields: Fields, now: datetime) -> Fields:
    """`query_bank_card`: the bound cards, masked."""
    cards = _member(fields).cards.filter(unbound_at=None).order_by("pk")
    if fields.get("card_id"):
        cards = cards.filter(pk=fields["card_id"])
    rows = [_row(card) for card in cards]
    if not rows:
        raise SinaPayError("NO_BANK_CARD_INFO")
    return {"card_list": "|".join(rows)}


def _member(fields: Fields) -> Member:
    wire.need(fields, "identity_id", "identity_type")
    member = Member.objects.filter(pk=fields["identity_id"]).first()
    if member is None or fields["identity_type"] != "UID":
        raise SinaPayError("MEMBER_ID_NOT_EXIST")
    return member


def _card(fields: Fields, member: Member) -> dict[str, Any]:
    """The checked facts of a card about to be bound."""
    if fields["bank_code"] not in _BANKS:
        raise SinaPayError("BANK_CODE_NOT_SUPPORT")
    if fields["card_type"] not in {"DEBIT", "CREDIT"} or fields["card_attribute"] not in {"C", "B"}:
        raise SinaPayError("CARD_TYPE_NOT_SUPPORT")
    number = signing.decrypt(fields["bank_account_no"])
    if not number.isdigit() or not 8 <= len(number) <= 30:
        raise SinaPayError("BANK_ACCOUNT_NOT_EXISTS")
    if fields.get("phone_no"):
        signing.decrypt(fields["phone_no"])
    name = signing.decrypt(fields["account_name"]) if fields.get("account_name") else member.real_name
    if not member.real_name or name != member.real_name:
        raise SinaPayError("USER_BANK_ACCOUNT_NOT_MATCH")
    plain = ("bank_code", "card_type", "card_attribute", "province", "city")
    return {"number": number, "name": name, **{key: fields[key] for key in plain}}


def _ticket(member: Member, kind: str, card: dict[str, Any], now: datetime, *, request_no: str = "") -> BindTicket:
    return BindTicket.objects.create(
        ticket=secrets.token_hex(16), member=member, kind=kind, card=card, request_no=request_no, created_at=now
    )


def _use_ticket(fields: Fields, kind: str, now: datetime) -> BindTicket:
    """The ticket when code and life are good; a wrong code costs one of five tries."""
    wire.need(fields, "ticket", "valid_code")
    with memory.writing():
        ticket = BindTicket.objects.select_related("member").filter(pk=fields["ticket"], kind=kind).first()
        usable = (
            ticket is not None
            and ticket.used_at is None
            and ticket.tries < _MOST_TRIES
            and now - ticket.created_at <= _TICKET_LIFE
        )
        if ticket is not None and usable:
            ticket.tries += 1
            ticket.used_at = now if fields["valid_code"] == SMS_CODE else None
            ticket.save(update_fields=["tries", "used_at"])
    # Raised after the commit, or the try would not count.
    if ticket is None or not usable or ticket.used_at is None:
        raise SinaPayError("ADVANCE_FAILED")
    return ticket


def _bind(member: Member, card: dict[str, Any], now: datetime) -> BankCard:
    """The bound card; the same number again is the same card. Write lock held by the caller."""
    same = member.cards.filter(number=card["number"], unbound_at=None).first()
    if same:
        return same
    return BankCard.objects.create(
        card_id=str(100000 + BankCard.objects.count()), member=member, created_at=now, **card
    )


def _row(card: BankCard) -> str:
    """A row of `card_list` (sinapay.md 9)."""
    masked = f"{card.number[:6]}****{card.number[-4:]}"
    columns = (
        card.card_id,
        card.bank_code,
        masked,
        f"*{card.name[1:]}",
        card.card_type,
        card.card_attribute,
        "Y",
        wire.stamp(card.created_at),
        "N",
    )
    return "^".join(columns)
