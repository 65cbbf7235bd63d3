"""What screening would say to a text that is still being typed: hints, never a refusal (R42-R46).

The same rules and the same folding as at submission. Short links are left out: only Weibo can open them, and it is
asked once the text is complete.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tasks import screening
from tasks.screening import Part

MOST = 5_000  # characters looked at, over all texts


@dataclass(frozen=True)
class Hint:
    """One word or link: its plain form, the category it belongs to, and whether it alone stops a submission."""

    shown: str
    category: str
    blocks: bool


def of_texts(texts: Sequence[str]) -> list[Hint]:
    """Each hint once, those that stop a submission first."""
    parts, left = [], MOST
    for number, text in enumerate(texts):
        parts.append(Part(f"text:{number}", text[:left]))
        left -= len(parts[-1].text)
    found = [one for one in screening.screen(parts) if one.rule != "not_opened"]
    hints = dict.fromkeys(Hint(one.shown, _(one.category), one.action == screening.BLOCK) for one in found)
    return sorted(hints, key=lambda hint: not hint.blocks)
