"""Screening: which words, patterns and links stand where in what was submitted (R42-R46, F61)."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, Final
from urllib.parse import unquote

import ahocorasick
from django.utils.translation import gettext_noop

from tasks.screening import links, words
from tasks.screening.folding import Folded, fold, squeeze

BLOCK: Final = "block"  # refused at submission
FLAG: Final = "flag"  # shown to the reviewer
MONITORING: Final = gettext_noop("第三方监测代码")  # R46
_SHOWN: Final = 60
_TELLING: Final = 10  # a shorter domain written without its dot could be anything
_Hit = tuple[int, int, str, str]  # start, end, rule, category
_DATA: Final = json.dumps(
    [words.WORDS, words.PATTERNS, words.INNOCENT, links.MONITORS, links.PARAMETERS, links.SHORTENERS]
)
VERSION: Final = f"1-{hashlib.sha256(_DATA.encode()).hexdigest()[:8]}"  # changes with the data (R49)


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of what will be seen: `where` names it for the reviewer's page, e.g. `"text"` or `"selection:2"`."""

    where: str
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A place to look at. `start` and `end` (half-open) count characters of the original text of `where`."""

    rule: str
    category: str
    action: str
    where: str
    start: int
    end: int
    shown: str  # the plain form that matched

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Stream:
    """All parts as one run of plain letters; `places` gives part and original index of each letter."""

    text: str
    places: tuple[tuple[int, int], ...]


def screen(parts: Sequence[Part], *, opened: Mapping[str, str] | None = None) -> list[Finding]:
    """Everything the rules say about these parts, in reading order, each once.

    Args:
        parts: texts as they will be seen; also image names and the source's text. A word may be split over them.
        opened: what the t.cn links stand for, as Weibo answered; one that is missing is reported as not opened.
    """
    folded = [fold(part.text) for part in parts]
    known = opened or {}
    found = [one for part, plain in zip(parts, folded, strict=True) for one in _link_findings(part, plain, known)]
    spans = [(one.where, one.start, one.end) for one in found if one.rule == "monitor_domain"]
    for one in _word_findings(parts, folded):
        named = one.rule == "monitor_name" and any(
            w == one.where and a <= one.start and one.end <= b for w, a, b in spans
        )
        found += [] if named else [one]
    order = {part.where: at for at, part in enumerate(parts)}
    return sorted(dict.fromkeys(found), key=lambda one: (order[one.where], one.start, one.end, one.rule))


def _word_findings(parts: Sequence[Part], folded: Sequence[Folded]) -> Iterator[Finding]:
    stream = _joined([squeeze(one) for one in folded])
    for rule, category, start, end in _matches(stream):
        at, first = stream.places[start]
        last_part, last = stream.places[end - 1]
        # A word that runs over into the next part is shown to the end of the part it begins in.
        stop = last + 1 if last_part == at else len(parts[at].text)
        yield Finding(rule, category, FLAG, parts[at].where, first, stop, stream.text[start:end][:_SHOWN])


def _joined(pieces: Sequence[Folded]) -> _Stream:
    places = tuple((at, index) for at, piece in enumerate(pieces) for index in piece.origin)
    return _Stream("".join(piece.text for piece in pieces), places)


def _matches(stream: _Stream) -> Iterator[tuple[str, str, int, int]]:
    """(rule, category, start, end) in the stream: the longest of each place, without the innocent ones."""
    automaton, patterns = _compiled()
    hits: list[_Hit] = []
    for last, (rule, category, size) in automaton.iter(stream.text):
        hits.append((last + 1 - size, last + 1, rule, category))
    innocent = [(start, end) for start, end, rule, _ in hits if rule == "innocent"]
    hits = [hit for hit in hits if hit[2] != "innocent" and _stands_alone(stream, hit[0], hit[1])]
    for category, pattern in patterns:
        hits += [(one.start(), one.end(), "pattern", category) for one in pattern.finditer(stream.text)]
    for start, end, rule, category in dict.fromkeys(hits):
        inside = any(a <= start and end <= b for a, b in innocent)
        within = any(_covers(other, (start, end, rule, category)) for other in hits)
        if not inside and not within:
            yield rule, category, start, end


def _covers(other: _Hit, hit: _Hit) -> bool:
    """Whether another hit of the category says more; of two equal ones the word is kept, not the pattern."""
    if other == hit or other[3] != hit[3] or not (other[0] <= hit[0] and hit[1] <= other[1]):
        return False
    return other[:2] != hit[:2] or hit[2] == "pattern"


def _stands_alone(stream: _Stream, start: int, end: int) -> bool:
    """A Latin word counts only when no Latin letter touches it in the original (essex is not sex)."""
    if not stream.text[start:end].isascii():
        return True
    return not (_touches(stream, start - 1, start) or _touches(stream, end - 1, end))


def _touches(stream: _Stream, left: int, right: int) -> bool:
    if left < 0 or right >= len(stream.text):
        return False
    (part, index), (next_part, next_index) = stream.places[left], stream.places[right]
    both = stream.text[left] + stream.text[right]
    return part == next_part and next_index - index <= 1 and both.isascii() and both.isalnum()


@lru_cache(maxsize=1)
def _compiled() -> tuple[Any, list[tuple[str, re.Pattern[str]]]]:
    """The automaton of all words and the patterns, built once per process."""
    automaton = ahocorasick.Automaton()
    entries = [("word", category, word) for category, many in words.WORDS.items() for word in many.split()]
    entries += [("innocent", "", phrase) for phrase in words.INNOCENT.split()]
    entries += [("monitor_name", MONITORING, domain) for domain in links.MONITORS.split() if len(domain) > _TELLING]
    for rule, category, word in entries:
        key = squeeze(fold(word)).text
        automaton.add_word(key, (rule, category, len(key)))
    automaton.make_automaton()
    patterns = [(category, re.compile(one)) for category, many in words.PATTERNS.items() for one in many]
    return automaton, patterns


def _link_findings(part: Part, folded: Folded, opened: Mapping[str, str]) -> Iterator[Finding]:
    for start, end in links.found_in(folded.text):
        first, stop = folded.origin[start], folded.origin[end - 1] + 1
        # The path of a short link is case-sensitive, so it is read from the original.
        original = part.text[first:stop]
        for doubt in _doubts_of(folded.text[start:end], original, opened):
            yield Finding(
                doubt.rule, MONITORING, BLOCK if doubt.certain else FLAG, part.where, first, stop, doubt.shown[:_SHOWN]
            )
        for hidden in _words_in_address(original):
            yield Finding("word", hidden.category, FLAG, part.where, first, stop, hidden.shown)


def _doubts_of(plain: str, original: str, opened: Mapping[str, str]) -> list[links.Doubt]:
    if not links.is_short(original):
        return links.doubts(plain)
    target = opened.get(original)
    if target is None:
        return [links.Doubt("not_opened", certain=False, shown=original)]
    return links.doubts(fold(target).text)


def _words_in_address(link: str) -> list[Finding]:
    """Words written as %E7%83%9F inside an address."""
    readable = unquote(link)
    if readable == link:
        return []
    parts = [Part("link", readable)]
    return list(_word_findings(parts, [fold(readable)]))
