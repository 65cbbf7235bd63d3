"""A line of the book, as its party sees it."""

from rest_framework import serializers

from billing.models import AccountKind, Entry, Reason
from weitask.rest.fields import MomentField, MoneyField


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
