"""The API of accounts (spec 7)."""
