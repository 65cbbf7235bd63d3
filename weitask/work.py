"""What waits for a person at the desk: each app names its own queues, the desk's first page counts them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise

from weitask import counting, questions

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Work:
    """One queue.

    Attributes:
        permission: who may act on it; nobody else reads of it.
        rows: what waits for this person, never their own business (A48).
        url_name, query: the list where it is worked off, filtered to what waits.
    """

    title: Promise
    permission: str
    rows: "Callable[[User], QuerySet[Any]]"
    url_name: str
    position: int
    query: str = ""


@dataclass(frozen=True)
class Waiting:
    """A queue as the desk shows it."""

    title: str
    count: str
    url: str


_QUEUES: Final[dict[str, Work]] = {}
_COUNTED: "Final[dict[str, questions.Rows[Any]]]" = {}


def queue(name: str, work: Work) -> None:
    """Put a queue on the desk's first page; each app does so in its `admin`. Once per name."""
    _QUEUES[name] = work


def waiting(user: "User") -> list[Waiting]:
    """The queues this person may work off in which something waits, the most pressing kind first."""
    mine = sorted((one for one in _QUEUES.items() if user.has_perm(one[1].permission)), key=lambda one: one[1].position)
    numbers = questions.counts([_counted(name, user) for name, _ in mine], person=user.pk)
    return [
        Waiting(str(one.title), counting.shown(number, counting.BADGE), f"{reverse(one.url_name)}{one.query}")
        for (_, one), number in zip(mine, numbers, strict=True)
        if number
    ]


def _counted(name: str, user: "User") -> "questions.Rows[Any]":
    """The rows of a queue as they are counted: put into SQL once, for any person."""
    if name not in _COUNTED:
        rows = _QUEUES[name].rows(questions.somebody(user))
        _COUNTED[name] = questions.Rows(lambda: counting.some(rows, counting.BADGE))
    return _COUNTED[name]
