"""One error family for every outside call: not done, refused, or not known (architecture 1.5).

The caller decides by family, never by text:

- `TemporaryError`: nothing has happened, the same call may be made again.
- `PermanentError`: refused for good; `cause` says on whose side the reason lies.
- `UnknownError`: it may have happened. Look it up by our own number before anything else.

A read cannot have changed anything, so what would be unknown for a write is temporary for a read.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum


class Cause(StrEnum):
    """On whose side the reason of an error lies; errors carry it as a plain string."""

    NONE = ""
    RATE = "rate"
    CONTENT = "content"
    TARGET = "target"
    ACCOUNT = "account"
    APP = "app"
    CARD = "card"
    FUND = "fund"
    DATA = "data"
    NETWORK = "network"


class Effect(Enum):
    """Whether doing a call twice could be seen by anyone. A harmless repeat (an upload) is a read."""

    READ = "read"
    WRITE = "write"


class GatewayError(Exception):
    """Base of the family. `code` is the provider's own code, or ours: timeout, connection, bad_json…"""

    def __init__(self, *, code: str, message: str = "", cause: str = "") -> None:
        super().__init__(code, message, cause)
        self.code = code
        self.message = message
        self.cause = str(cause)

    def __str__(self) -> str:
        return f"{self.code}: {self.message}" if self.message else self.code

    def __reduce__(self) -> tuple[object, ...]:
        # Keyword-only arguments do not survive pickling by themselves, and a worker pool pickles errors.
        return _rebuild, (type(self), dict(self.__dict__))


class TemporaryError(GatewayError):
    """Definitely not done; may be asked again. `retry_after`: seconds to wait, when the provider said so."""

    def __init__(self, *, code: str, message: str = "", cause: str = "", retry_after: float | None = None) -> None:
        super().__init__(code=code, message=message, cause=cause)
        self.retry_after = retry_after


class PermanentError(GatewayError):
    """Definitely refused. Asking again changes nothing until `cause` has been dealt with."""


class ReauthoriseError(PermanentError):
    """The account's token is unusable: its owner must authorise again (weibo.md section 10, REAUTH)."""


class UnknownError(GatewayError):
    """It may or may not have happened. Money stays where it is and nothing is sent again before a look-up."""


def _rebuild(kind: type[GatewayError], state: dict[str, object]) -> GatewayError:
    """Unpickle an error without knowing its keyword arguments."""
    error = kind.__new__(kind)
    error.__dict__.update(state)
    error.args = (state.get("code"), state.get("message"), state.get("cause"))
    return error


@dataclass(frozen=True, slots=True)
class Rule:
    """What one provider code means: the family for a write, the family for a read, and the cause."""

    write: type[GatewayError]
    read: type[GatewayError]
    cause: Cause

    def error(self, *, effect: Effect, code: str, message: str) -> GatewayError:
        """The error to raise for `code`."""
        kind = self.write if effect is Effect.WRITE else self.read
        return kind(code=code, message=message, cause=self.cause.value)


UNCERTAIN = Rule(write=UnknownError, read=TemporaryError, cause=Cause.NETWORK)


def uncertain(*, effect: Effect, code: str, message: str = "") -> GatewayError:
    """The error for an answer that never came or cannot be understood."""
    return UNCERTAIN.error(effect=effect, code=code, message=message)
