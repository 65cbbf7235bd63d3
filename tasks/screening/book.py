"""One version of the rule book, compiled for screening; built once per process and version."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Self

import ahocorasick

from tasks.screening.folding import fold, squeeze
from tasks.screening.models import Rule, RuleSet
from weitask.questions import Rows

BLOCK: Final = Rule.Action.BLOCK.value  # refused at submission
FLAG: Final = Rule.Action.FLAG.value  # shown to the reviewer
_TELLING: Final = 10  # a shorter domain written without its dot could be anything
Kind = Rule.Kind
_NEWEST: Final = Rows(lambda: RuleSet.objects.order_by("-number").values_list("version")[:1])


@dataclass(frozen=True, slots=True)
class Entry:
    """One rule as it is published. `category` is empty for an innocent phrase."""

    kind: str
    text: str
    title: str
    category: str
    action: str

    @property
    def label(self) -> str:
        """What a reviewer calls it."""
        return self.title or self.text

    @classmethod
    def of(cls, rule: Rule) -> Self:
        """The rule as it stands in the draft."""
        category = rule.category.name if rule.category else ""
        return cls(rule.kind, rule.text, rule.title, category, rule.action)


@dataclass(frozen=True, slots=True)
class Book:
    """The rules of one version, ready to be looked up.

    Attributes:
        words: automaton over plain text; each key answers `(size, ((rule, entry), …))`. None: no words.
        patterns: regular expressions over plain text without separators.
        domains, parameters, shorteners: by name.
        four_eyes: categories whose findings take two reviewers.
    """

    version: str
    words: Any
    patterns: tuple[tuple[Entry, re.Pattern[str]], ...]
    domains: Mapping[str, Entry]
    parameters: Mapping[str, Entry]
    shorteners: Mapping[str, Entry]
    four_eyes: frozenset[str]


def current() -> Book:
    """The newest published version: one query, and the compiled book of this process."""
    ((version,),) = _NEWEST.all()
    return published(version)


@lru_cache(maxsize=8)
def published(version: str) -> Book:
    """The book of a version; a version never changes, so it never has to be forgotten."""
    data = RuleSet.objects.values_list("data", flat=True).get(version=version)
    return build([Entry(**rule) for rule in data["rules"]], version=version, four_eyes=data["four_eyes"])


def build(entries: Sequence[Entry], *, version: str = "", four_eyes: Iterable[str] = ()) -> Book:
    """Compile rules; those of the draft have no version yet."""
    by_kind = {kind: [one for one in entries if one.kind == kind] for kind in Kind.values}
    return Book(
        version=version,
        words=_automaton(by_kind),
        patterns=tuple((one, re.compile(one.text)) for one in by_kind[Kind.PATTERN]),
        domains={one.text: one for one in by_kind[Kind.DOMAIN]},
        parameters={one.text: one for one in by_kind[Kind.PARAMETER]},
        shorteners={one.text: one for one in by_kind[Kind.SHORTENER]},
        four_eyes=frozenset(four_eyes),
    )


def key_of(text: str) -> str:
    """The plain form under which a word is looked up."""
    return squeeze(fold(text)).text


def _automaton(by_kind: Mapping[str, Sequence[Entry]]) -> Any:
    telling = [one for one in by_kind[Kind.DOMAIN] if len(one.text) > _TELLING]
    named = [("word", one) for one in by_kind[Kind.WORD]]
    named += [("innocent", one) for one in by_kind[Kind.INNOCENT]]
    named += [("monitor_name", one) for one in telling]
    keys: dict[str, list[tuple[str, Entry]]] = {}
    for rule, entry in named:
        keys.setdefault(key_of(entry.text), []).append((rule, entry))
    if not keys:
        return None
    automaton = ahocorasick.Automaton()
    for key, found in keys.items():
        automaton.add_word(key, (len(key), tuple(found)))
    automaton.make_automaton()
    return automaton
