"""The API of orders (spec 7)."""
