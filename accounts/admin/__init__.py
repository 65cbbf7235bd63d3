"""The operators' side of users and accounts (R16)."""

from accounts.admin import logins, media_accounts, records

__all__ = ["logins", "media_accounts", "records"]
