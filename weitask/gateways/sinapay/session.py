"""One Sina Pay call: envelope, encryption, signature, and an answer that counts only when Sina signed it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from weitask.gateways import sinapay_wire as wire
from weitask.gateways.errors import Effect, GatewayError, uncertain
from weitask.gateways.reading import Malformed
from weitask.gateways.sinapay import codes
from weitask.gateways.sinapay.config import SinaPayConfig
from weitask.gateways.transport import Answer, Call, Transport

_MAX_TEXT = 200
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Service:
    """A service of one of the two gateways. A repeat that Sina answers with "exists already" counts as a read."""

    name: str
    order_gateway: bool
    effect: Effect


class Session:
    """The connections to Sina Pay and our keys."""

    def __init__(self, config: SinaPayConfig) -> None:
        self.config = config
        self._transport = Transport(timeout=config.timeout, now=config.now, limits=config.breaker)
        self._ours = wire.private_key(config.sign_private_key_pem)
        self._sinas = wire.public_key(config.sign_public_key_pem)
        self._secrecy = wire.public_key(config.encrypt_public_key_pem)

    def close(self) -> None:
        """Close every connection."""
        self._transport.close()

    def pinned(self, moment: datetime) -> Session:
        """The same connections and keys at a fixed moment; unchanged when no business time is sent."""
        if self.config.now is None:
            return self
        twin = copy(self)
        twin.config = replace(self.config, now=lambda: moment)
        return twin

    def ask(self, service: Service, fields: Mapping[str, str], parse: Callable[[dict[str, str]], Result]) -> Result:
        """Make the call and parse its answer. Raises nothing but the error family."""
        url = self.config.mas_url if service.order_gateway else self.config.mgs_url
        moment = self.config.moment()
        body = wire.encode_body(self._envelope(service, fields, moment=moment))
        transport = self._transport.pinned(moment)
        answer = transport.send(Call("POST", url, service.effect, body=body))
        try:
            result = parse(self._answered(service, fields, answer))
        except Malformed as problem:
            transport.judge(healthy=False)
            raise uncertain(effect=service.effect, code="bad_json", message=str(problem)) from None
        except GatewayError as error:
            transport.judge(healthy=not _is_down(error.code))
            raise
        transport.judge(healthy=True)
        return result

    def _envelope(self, service: Service, fields: Mapping[str, str], *, moment: datetime) -> dict[str, str]:
        """Section 2: encrypt, then sign; the signature covers the ciphertext."""
        request = {
            "service": service.name,
            "version": "1.2",
            "request_time": wire.beijing(moment),
            "partner_id": self.config.partner_id,
            "_input_charset": "utf-8",
            **{name: self._closed(name, value) for name, value in fields.items() if value.strip()},
        }
        signature = wire.sign(request, self._ours)
        return request | {"sign": signature, "sign_type": "RSA", "sign_version": "1.0"}

    def _closed(self, name: str, value: str) -> str:
        return wire.encrypt(value, self._secrecy) if name in wire.ENCRYPTED else value

    def _answered(self, service: Service, asked: Mapping[str, str], answer: Answer) -> dict[str, str]:
        """The fields of an accepted request; raises the error the answer stands for otherwise."""
        if answer.status != 200:
            raise uncertain(effect=service.effect, code=f"http_{answer.status}")
        fields = wire.decode_answer(answer.body)
        code = fields.get("response_code", "").strip()
        said = f"{code} {fields.get('response_message', '')}".strip()[:_MAX_TEXT]
        # Whatever it says, only a signed answer may move money (section 3).
        if not wire.is_signed(fields, self._sinas):
            raise uncertain(effect=service.effect, code="bad_signature", message=said)
        self._check_ours(fields, asked)
        if code == codes.OK or code in codes.PENDING:
            return fields
        message = fields.get("response_message", "")[:_MAX_TEXT]
        raise codes.rule_for(code).error(effect=service.effect, code=code, message=message)

    def _check_ours(self, fields: Mapping[str, str], asked: Mapping[str, str]) -> None:
        """A signed answer to another question, kept and sent again, is no answer to this one."""
        if fields.get("partner_id", self.config.partner_id) != self.config.partner_id:
            raise Malformed("the answer is for another partner")
        number = asked.get("out_trade_no", "")
        if number and fields.get("out_trade_no", number) != number:
            raise Malformed("the answer is for another number")


def _is_down(code: str) -> bool:
    return code.startswith("http_5") or code in ("SYSTEM_ERROR", "bad_signature")
