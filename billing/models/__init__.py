"""Whose money is where. Integer fen everywhere; rows of the book are never edited (spec 4, architecture 1.4)."""

from billing.models.book import (
    ADVERTISER_KINDS,
    DEBIT_KINDS,
    OF_ORDERS,
    ON_ADVERTISERS,
    ON_OWNERS,
    OWNER_KINDS,
    PLATFORM_KINDS,
    AccountKind,
    Entry,
    LedgerAccount,
    Reason,
    Transfer,
)
from billing.models.incoming import PaymentNotice, SuspenseItem, TopUp
from billing.models.outgoing import BankCard, Payout, PayoutAttempt, PayoutLine, PayoutRun
from billing.models.terms import CreditLimit, FeeRate, Hold

__all__ = [
    "ADVERTISER_KINDS",
    "DEBIT_KINDS",
    "OF_ORDERS",
    "ON_ADVERTISERS",
    "ON_OWNERS",
    "OWNER_KINDS",
    "PLATFORM_KINDS",
    "AccountKind",
    "BankCard",
    "CreditLimit",
    "Entry",
    "FeeRate",
    "Hold",
    "LedgerAccount",
    "PaymentNotice",
    "Payout",
    "PayoutAttempt",
    "PayoutLine",
    "PayoutRun",
    "Reason",
    "SuspenseItem",
    "TopUp",
    "Transfer",
]
