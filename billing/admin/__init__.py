"""The finance desk: what came in, what goes out, the book, and the terms. Everything is read-only but its verbs."""

from billing.admin import book, incoming, outgoing, terms, waiting

__all__ = ["book", "incoming", "outgoing", "terms", "waiting"]
