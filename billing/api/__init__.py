"""The API of billing (spec 7)."""
