"""The two gateways: which service lives where, faults, and the way from a request to its answer."""

from collections.abc import Callable
from datetime import datetime

from django.http import HttpRequest, HttpResponse

from weitask.sandbox import clock, faults, traffic
from weitask.sandbox.sinapay import deposits, members, payouts, wire
from weitask.sandbox.sinapay.errors import SinaPayError
from weitask.sandbox.sinapay.wire import Fields

Service = Callable[[Fields, datetime], Fields]

_MGS: dict[str, Service] = {
    "create_activate_member": members.create,
    "set_real_name": members.set_real_name,
    "binding_bank_card": members.bind_card,
    "binding_bank_card_advance": members.bind_card_advance,
    "unbinding_bank_card": members.unbind_card,
    "unbinding_bank_card_advance": members.unbind_card_advance,
    "query_bank_card": members.query_cards,
    "query_balance": payouts.query_balance,
}
_MAS: dict[str, Service] = {
    "create_hosting_deposit": deposits.create,
    "query_hosting_deposit": deposits.query,
    "create_single_hosting_pay_to_card_trade": payouts.pay_to_card,
    "create_hosting_withdraw": payouts.withdraw,
    "query_hosting_withdraw": payouts.query,
}
_NOT_CONTENT = {"request_time", "sign", "sign_type", "sign_version"}


def mgs(request: HttpRequest) -> HttpResponse:
    """Member gateway: members, cards, balances."""
    return _serve(request, _MGS)


def mas(request: HttpRequest) -> HttpResponse:
    """Order gateway: deposits, payouts, withdrawals and their queries."""
    return _serve(request, _MAS)


def _serve(request: HttpRequest, services: dict[str, Service]) -> HttpResponse:
    clock.hear(request.headers.get("X-Weitask-Now"))
    now = clock.now()
    try:
        fields = wire.parse(request)
    except SinaPayError as error:
        return wire.encode(wire.answer({}, _refusal(error), now=now))
    name = fields.get("service", "")
    entry = traffic.count("sinapay", name, who=fields.get("out_trade_no", ""), at=now)
    fault = faults.draw("sinapay", name, _subject(fields))
    response = faults.before(fault, request)
    if response is None:
        answer = _answer(fields, services, now, fault)
        entry["code"] = answer.get("response_code")
        response = faults.after(fault, request, wire.encode(_spoil(answer, fault)))
    entry["answer"] = response.status_code
    return response


def _answer(fields: Fields, services: dict[str, Service], now: datetime, fault: faults.Fault | None) -> Fields:
    """The work, or the refusal."""
    forced = fault if fault and fault.kind == "error_code" else None
    try:
        wire.check(fields, now=now)
        if forced and not forced.after:
            raise SinaPayError(forced.error_code, forced.error)
        if fields["service"] not in services:
            raise SinaPayError("ILLEGAL_SERVICE")
        own = services[fields["service"]](fields, now)
        if forced:
            raise SinaPayError(forced.error_code, forced.error)
    except SinaPayError as error:
        own = _refusal(error)
    return wire.answer(fields, own, now=now)


def _spoil(answer: Fields, fault: faults.Fault | None) -> Fields:
    """The answer with its signature broken or missing, where a fault asks for it."""
    if fault and fault.kind == "bad_sign":
        return {**answer, "response_time": "19700101000000"}
    if fault and fault.kind == "unsigned":
        return {key: value for key, value in answer.items() if not key.startswith("sign")}
    return answer


def _refusal(error: SinaPayError) -> Fields:
    return {"response_code": error.code, "response_message": error.text}


def _subject(fields: Fields) -> str:
    """What a request is about, without what differs from run to run."""
    return repr(sorted((key, value) for key, value in fields.items() if key not in _NOT_CONTENT))
