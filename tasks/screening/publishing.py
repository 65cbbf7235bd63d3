"""The draft of the rule book becomes the next version, for ever as it was at that moment (R49)."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.access import PUBLISH_RULES, require
from accounts.models import User
from tasks.screening import examples
from tasks.screening.book import Book, Entry, build
from tasks.screening.models import Rule, RuleCategory, RuleSet
from weitask.questions import Rows
from weitask.refusal import Problem, Refusal

_LOCK_KEY: Final = 6_201_049  # of our advisory locks; R49
MOST_TOLD: Final = 20
_NAMES: Final = [one.name for one in fields(Entry)]
_COLUMNS: Final = ("kind", "text", "title", Coalesce("category__name", Value("")), "action")  # as `Entry` has them
_NEWEST: Final = Rows(lambda: RuleSet.objects.order_by("-number")[:1])
_RULES: Final = Rows(lambda: Rule.objects.order_by("pk").values_list(*_COLUMNS))
_FOUR_EYES: Final = Rows(lambda: RuleCategory.objects.filter(four_eyes=True).order_by("name").values_list("name"))


@dataclass(frozen=True, slots=True)
class Changes:
    """What the next version would do otherwise. `changed` holds (before, after)."""

    added: list[Entry]
    removed: list[Entry]
    changed: list[tuple[Entry, Entry]]
    four_eyes: list[str]  # categories that begin or cease to take two reviewers

    @property
    def any(self) -> bool:
        return bool(self.added or self.removed or self.changed or self.four_eyes)


def draft() -> list[Rule]:
    """Every rule as it is being edited."""
    return list(Rule.objects.select_related("category").order_by("pk"))


def draft_book() -> Book:
    """The draft, compiled to be tried out."""
    return build([Entry.of(rule) for rule in draft()])


def publish(*, by: User, note: str, now: datetime) -> RuleSet:
    """Make the draft the version that screens from now on.

    Raises:
        Forbidden: not allowed to publish.
        Refusal: `note_missing`; `nothing_changed`; `examples_fail` with each rule whose examples come out otherwise.
    """
    require(user=by, permission=PUBLISH_RULES)
    words = note.strip()
    if not words:
        raise Refusal("note_missing", _("请写明这次改了什么"), field="note")
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK_KEY])
        last = _NEWEST.get()
        rules, data = draft(), _data()
        if not difference(last.data, data).any:
            raise Refusal("nothing_changed", _("规则与当前版本相同，无需发布"))
        _require_examples(rules)
        return RuleSet.objects.create(
            number=last.number + 1,
            version=f"{last.number + 1}-{_digest(data)}",
            data=data,
            note=words[:200],
            published_by=by.get_username(),
            published_at=now,
        )


def waiting() -> Changes:
    """What publishing now would change."""
    return difference(_NEWEST.get().data, _data())


def difference(before: dict[str, Any], after: dict[str, Any]) -> Changes:
    """What one version's data says otherwise than another's."""
    if before == after:
        return Changes([], [], [], [])
    old, new = _by_name(before), _by_name(after)
    return Changes(
        added=[new[name] for name in new if name not in old],
        removed=[old[name] for name in old if name not in new],
        changed=[(old[name], new[name]) for name in new if name in old and old[name] != new[name]],
        four_eyes=sorted(set(before["four_eyes"]) ^ set(after["four_eyes"])),
    )


def _by_name(data: dict[str, Any]) -> dict[tuple[str, str], Entry]:
    return {(rule["kind"], rule["text"]): Entry(**rule) for rule in data["rules"]}


def _data() -> dict[str, Any]:
    return {
        "four_eyes": [name for (name,) in _FOUR_EYES.all()],
        "rules": [dict(zip(_NAMES, row, strict=True)) for row in _RULES.all()],
    }


def _digest(data: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:8]


def _require_examples(rules: Sequence[Rule]) -> None:
    """A new innocent phrase may have silenced a rule that was fine when it was saved."""
    failing = [(rule, words) for rule in rules for words in examples.problems(rule=rule, draft=rules).values()]
    if failing:
        raise Refusal.many(
            [
                Problem("examples_fail", _("规则「%(rule)s」：%(why)s") % {"rule": rule, "why": words[0]})
                for rule, words in failing[:MOST_TOLD]
            ]
        )
