"""The machine's first look at a text (R42-R46, A39, F61): it points at places, a person decides."""

from tasks.screening.links import short_links
from tasks.screening.rules import BLOCK, FLAG, VERSION, Finding, Part, screen

__all__ = ["BLOCK", "FLAG", "VERSION", "Finding", "Part", "screen", "short_links"]
