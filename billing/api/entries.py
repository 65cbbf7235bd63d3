"""Lines of the book as their party sees them, and what a statement can be narrowed to (R120, R128)."""

from collections.abc import Iterable
from typing import Any, Final

from rest_framework import serializers

from billing.models import ON_ADVERTISERS, ON_OWNERS, AccountKind, Entry, Reason
from billing.queries import Statement
from weitask.rest.bodies import Filters
from weitask.rest.fields import MomentField, MoneyField

_KEYS: Final = {"-at": "-pk", "at": "pk"}  # the order of the book is that of time


class _StatementFilter(Filters):
    """Days are those of Shanghai, both of them whole."""

    to = serializers.DateField(required=False)
    ordering = serializers.ChoiceField([(one, one) for one in _KEYS], default="-at")

    def get_fields(self) -> dict[str, Any]:
        """`from` is no name that a class can give."""
        return {"from": serializers.DateField(required=False), **super().get_fields()}

    @classmethod
    def narrowed(cls, sent: Any, lines: Statement) -> tuple[Statement, str]:
        """The lines that are left, and the `key` of `keyset.window` that sorts them.

        Raises:
            Refusal: `period`, it ends before it begins.
        """
        asked = cls.read(sent)
        key = _KEYS[asked["ordering"]]
        return lines.only(reason=asked.get("reason", ""), first=asked.get("from"), last=asked.get("to")), key


def _reasons(some: Iterable[Reason]) -> serializers.ChoiceField:
    return serializers.ChoiceField([(one.value, one.label) for one in some], required=False)


class WalletFilter(_StatementFilter):
    """What an advertiser can narrow the statement to; days are those of Shanghai, both of them whole."""

    reason = _reasons(ON_ADVERTISERS)


class EarningsFilter(_StatementFilter):
    """What an owner can narrow the statement to; days are those of Shanghai, both of them whole."""

    reason = _reasons(ON_OWNERS)


class EntryOut(serializers.Serializer):
    """A signed movement of one account and its balance after it; `reference` is the id of what `reason` speaks of."""

    id = serializers.IntegerField()
    at = MomentField(source="transfer.at")
    reason = serializers.ChoiceField(Reason.choices, source="transfer.reason")
    title = serializers.SerializerMethodField()
    reference = serializers.IntegerField(source="transfer.reference")
    account = serializers.ChoiceField(AccountKind.choices, source="account.kind")
    amount = MoneyField()
    balance_after = MoneyField()

    def get_title(self, entry: Entry) -> str:
        return str(entry.transfer.get_reason_display())
