"""The operators' side of users and accounts (R16)."""

from accounts.admin import alarms, lessons, logins, media_accounts, records, security, waiting

__all__ = ["alarms", "lessons", "logins", "media_accounts", "records", "security", "waiting"]
