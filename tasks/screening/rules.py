"""Screening: which words, patterns and links stand where in what was submitted (R42-R46, F61)."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import accumulate
from typing import Any, Final
from urllib.parse import unquote

from tasks.screening import links
from tasks.screening.book import BLOCK, FLAG, Book, Entry, current
from tasks.screening.categories import MONITORING
from tasks.screening.folding import Folded, fold, squeeze

_SHOWN: Final = 60
_Hit = tuple[int, int, str, str]  # start, end, rule, category


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
    entry: str = ""  # the rule of the book by its name; empty: the form of a link alone

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Stream:
    """All parts as one run of plain letters; `places` gives part and original index of each letter."""

    text: str
    places: tuple[tuple[int, int], ...]


def screen(
    parts: Sequence[Part], *, opened: Mapping[str, str] | None = None, book: Book | None = None
) -> list[Finding]:
    """Everything the rules say about these parts, in reading order, each once.

    Args:
        parts: texts as they will be seen; also image names and the source's text. A word may be split over them.
        opened: what the t.cn links stand for, as Weibo answered; one that is missing is reported as not opened.
        book: the rules to go by; the newest published version unless told.
    """
    rules = book or current()
    folded = [fold(part.text) for part in parts]
    known = opened or {}
    found = [
        one for part, plain in zip(parts, folded, strict=True) for one in _link_findings(part, plain, known, rules)
    ]
    spans = [(one.where, one.start, one.end) for one in found if one.rule == "monitor_domain"]
    for one in _word_findings(parts, folded, rules):
        named = one.rule == "monitor_name" and any(
            w == one.where and a <= one.start and one.end <= b for w, a, b in spans
        )
        found += [] if named else [one]
    order = {part.where: at for at, part in enumerate(parts)}
    return sorted(dict.fromkeys(found), key=lambda one: (order[one.where], one.start, one.end, one.rule))


def _word_findings(parts: Sequence[Part], folded: Sequence[Folded], book: Book) -> Iterator[Finding]:
    stream = _joined([squeeze(one) for one in folded])
    for (start, end, rule, category), entry in _matches(stream, book):
        at, first = stream.places[start]
        last_part, last = stream.places[end - 1]
        # A word that runs over into the next part is shown to the end of the part it begins in.
        stop = last + 1 if last_part == at else len(parts[at].text)
        shown = stream.text[start:end][:_SHOWN]
        # A monitor written without its dot may be something else.
        action = FLAG if rule == "monitor_name" else entry.action
        yield Finding(rule, category, action, parts[at].where, first, stop, shown, entry.label)


def _joined(pieces: Sequence[Folded]) -> _Stream:
    places = tuple((at, index) for at, piece in enumerate(pieces) for index in piece.origin)
    return _Stream("".join(piece.text for piece in pieces), places)


def _matches(stream: _Stream, book: Book) -> Iterator[tuple[_Hit, Entry]]:
    """Hits in the stream: the longest of each place and category, without those inside an innocent phrase."""
    hits: dict[_Hit, Entry] = {}
    innocent: list[tuple[int, int]] = []
    for start, end, rule, entry in _words(stream, book):
        if rule == "innocent":
            innocent.append((start, end))
        elif _stands_alone(stream, start, end):
            hits.setdefault((start, end, rule, entry.category), entry)
    for entry, pattern in book.patterns:
        for one in pattern.finditer(stream.text):
            if one.end() > one.start():
                hits.setdefault((one.start(), one.end(), "pattern", entry.category), entry)
    guarded = _Guarded(innocent)
    yield from (one for one in _longest(hits) if not guarded.holds(one[0][0], one[0][1]))


def _words(stream: _Stream, book: Book) -> Iterator[tuple[int, int, str, Entry]]:
    """(start, end, rule, entry) of every word, also of innocent phrases, wherever it stands."""
    if book.words is None:
        return
    for last, (size, found) in book.words.iter(stream.text):
        for rule, entry in found:
            yield last + 1 - size, last + 1, rule, entry


def _longest(hits: Mapping[_Hit, Entry]) -> Iterator[tuple[_Hit, Entry]]:
    """Hits that no other of their category covers; of two equal ones the word is kept, not the pattern.

    A longer hint never hides what is forbidden. One pass from left to right: only hits that reach on are looked at.
    """
    reaching: dict[str, list[tuple[_Hit, Entry]]] = {}
    in_order = sorted(hits.items(), key=lambda one: (one[0][0], -one[0][1], one[0][2] == "pattern"))
    for hit, entry in in_order:
        start, end, rule, category = hit
        before = [one for one in reaching.get(category, []) if one[0][1] > start]
        covered = any(
            longer[1] >= end
            and (longer[:2] != hit[:2] or rule == "pattern")
            and (other.action == BLOCK or entry.action != BLOCK)
            for longer, other in before
        )
        reaching[category] = [*before, (hit, entry)]
        if not covered:
            yield hit, entry


class _Guarded:
    """Where innocent phrases stand, asked in logarithmic time."""

    def __init__(self, spans: Sequence[tuple[int, int]]) -> None:
        in_order = sorted(spans)
        self._starts = [start for start, _end in in_order]
        self._reach = list(accumulate((end for _start, end in in_order), max))

    def holds(self, start: int, end: int) -> bool:
        """Whether an innocent phrase begins no later and ends no earlier."""
        at = bisect_right(self._starts, start)
        return at > 0 and self._reach[at - 1] >= end


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


def _link_findings(part: Part, folded: Folded, opened: Mapping[str, str], book: Book) -> Iterator[Finding]:
    for start, end in links.found_in(folded.text):
        first, stop = folded.origin[start], folded.origin[end - 1] + 1
        # The path of a short link is case-sensitive, so it is read from the original.
        original = part.text[first:stop]
        for doubt in _doubts_of(folded.text[start:end], original, opened, book):
            yield _told(doubt, part.where, first, stop)
        for hidden in _words_in_address(original, book):
            yield Finding("word", hidden.category, hidden.action, part.where, first, stop, hidden.shown, hidden.entry)


def _told(doubt: links.Doubt, where: str, first: int, stop: int) -> Finding:
    shown = doubt.shown[:_SHOWN]
    if doubt.entry is None:
        action = BLOCK if doubt.certain else FLAG
        return Finding(doubt.rule, MONITORING, action, where, first, stop, shown)
    entry = doubt.entry
    return Finding(doubt.rule, entry.category, entry.action, where, first, stop, shown, entry.label)


def _doubts_of(plain: str, original: str, opened: Mapping[str, str], book: Book) -> list[links.Doubt]:
    if not links.is_short(original):
        return links.doubts(plain, book)
    target = opened.get(original)
    if target is None:
        return [links.Doubt("not_opened", original)]
    return links.doubts(fold(target).text, book)


def _words_in_address(link: str, book: Book) -> list[Finding]:
    """Words written as %E7%83%9F inside an address."""
    readable = unquote(link)
    if readable == link:
        return []
    parts = [Part("link", readable)]
    return list(_word_findings(parts, [fold(readable)], book))
