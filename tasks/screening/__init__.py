"""The machine's first look at a text (R42-R46, A39, F61): it points at places, a person decides.

What it looks for is the rule book: rules are edited as rows, published as immutable versions, and screened with the
newest version, compiled once per process.
"""

from tasks.screening.book import BLOCK, FLAG, Book, current
from tasks.screening.links import short_links
from tasks.screening.rules import Finding, Part, screen

__all__ = ["BLOCK", "FLAG", "Book", "Finding", "Part", "current", "screen", "short_links"]
