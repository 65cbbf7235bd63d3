"""Which workspace a request is in: identity, advertiser, menu; and who may enter a page (R1, A29)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property, wraps
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.http import urlencode

from accounts.models import Advertiser, Identity, User
from weitask import clock
from weitask.counting import BADGE

View = Callable[..., HttpResponseBase]
_ADVERTISING: Final = (Identity.PERSONAL, Identity.ENTERPRISE)
# Every page asks it, so it is written out: putting it together from querysets takes longer than running it.
_COLUMNS: Final = [field.attname for field in Advertiser._meta.concrete_fields]
_AROUND: Final = """
SELECT EXISTS (SELECT FROM accounts_mediaaccount WHERE owner_id = %(user)s)
           OR EXISTS (SELECT FROM accounts_weiboaccount WHERE user_id = %(user)s),
       (SELECT count(*) FROM (
           SELECT FROM accounts_notice WHERE user_id = %(user)s AND read_at IS NULL LIMIT %(most)s) AS few),
       {columns}
FROM (VALUES (1)) AS one LEFT JOIN accounts_advertiser a ON a.user_id = %(user)s
"""


@dataclass(frozen=True)
class Entry:
    """One item of the menu of some identities.

    Attributes:
        count: answers what waits for the user, for the badge: nothing above 99 is told apart.
        beside: beginnings of other addresses that belong under this item.
    """

    title: str | Promise
    url_name: str
    icon: str
    identities: tuple[str, ...]
    position: int
    count: Callable[[User], int] | None = None
    beside: tuple[str, ...] = ()

    def fits(self, path: str) -> int:
        """How many characters of the path speak for this item; 0 for none. The home fits itself alone."""
        own = _address(self.url_name)
        if own == "/":
            return int(path == "/")
        return max((len(start) for start in (own, *self.beside) if path.startswith(start)), default=0)


@dataclass(frozen=True)
class Shown:
    """A menu item as drawn."""

    title: str | Promise
    url: str
    icon: str
    active: bool
    count: int


@dataclass(frozen=True)
class Other:
    """An identity one may switch to."""

    identity: str
    title: str


_MENU: Final[dict[str, Entry]] = {}


@cache  # a site has its addresses for as long as it runs
def _address(url_name: str) -> str:
    return reverse(url_name)


def menu(entry: Entry) -> Entry:
    """Put a page into the menu; each app does so for its own pages in its `urls.py`. Once per url name."""
    _MENU[entry.url_name] = entry
    return entry


@dataclass(frozen=True)
class Workspace:
    """The side a user works on just now; `identity` is empty before the first 身份选择."""

    user: User | None
    identity: str
    advertiser: Advertiser | None
    path: str = "/"
    around: "_Around | None" = None

    @property
    def title(self) -> str:
        return str(Identity(self.identity).label) if self.identity else ""

    @property
    def is_owner(self) -> bool:
        return self.identity == Identity.MEDIA

    @property
    def is_advertiser(self) -> bool:
        return self.identity in _ADVERTISING

    @cached_property
    def nav(self) -> list[Shown]:
        """The menu of this identity; the entry that fits the address best is the active one."""
        entries = sorted((e for e in _MENU.values() if self.identity in e.identities), key=lambda e: e.position)
        fitting = [entry for entry in entries if entry.fits(self.path)]
        here = max(fitting, key=lambda entry: entry.fits(self.path), default=None)
        return [
            Shown(entry.title, _address(entry.url_name), entry.icon, entry is here, self._count(entry))
            for entry in entries
        ]

    @property
    def others(self) -> list[Other]:
        """The identities the user has beside the active one."""
        held = self.around.identities if self.around else ()
        return [Other(one, str(Identity(one).label)) for one in held if one != self.identity]

    @property
    def unread(self) -> int:
        """Notices not read yet; above 99 they are not told apart."""
        return self.around.unread if self.around else 0

    def _count(self, entry: Entry) -> int:
        return entry.count(self.user) if entry.count and self.user else 0


def identities(user: User) -> tuple[str, ...]:
    """The identities a user can work under without further ado."""
    return _around(user).identities


def active(request: HttpRequest) -> Workspace:
    """The workspace of this request, read once."""
    known = getattr(request, "_workspace", None)
    if known is None:
        known = _read(request)
        request._workspace = known  # type: ignore[attr-defined]
    return known


def own_advertiser(request: HttpRequest) -> Advertiser:
    """The advertiser whose workspace this is, behind `advertiser_required`."""
    advertiser = active(request).advertiser
    if advertiser is None:
        raise Http404
    return advertiser


def advertiser_of(user: User) -> Advertiser:
    """The advertiser of a login, on whichever side it works just now.

    Raises:
        PermissionDenied: it has none.
    """
    found: Advertiser | None = getattr(user, "advertiser", None)
    if found is None:
        raise PermissionDenied
    return found


def advertiser_required(view: View) -> View:
    """Only for a 个人用户 or 企业用户 workspace; others are sent to the 身份选择."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return _enter(request) or (
            view(request, *args, **kwargs) if active(request).advertiser is not None else _to_choice(request)
        )

    return guarded


def owner_required(view: View) -> View:
    """Only for the 自媒体帐号 workspace; others are sent to the 身份选择."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return _enter(request) or (view(request, *args, **kwargs) if active(request).is_owner else _to_choice(request))

    return guarded


def context(request: HttpRequest) -> dict[str, Any]:
    """Template context of every page; the counts are read only where a page shows them."""
    return {
        "demo": settings.DEMO,
        "demo_now": SimpleLazyObject(clock.now),
        "workspace": SimpleLazyObject(lambda: active(request)),
        "unread_notices": SimpleLazyObject(lambda: active(request).unread),
        "support_email": settings.SUPPORT_EMAIL,
        "support_phone": settings.SUPPORT_PHONE,
    }


def _read(request: HttpRequest) -> Workspace:
    user = getattr(request, "user", None)
    if not isinstance(user, User):  # anonymous, or an error page before the login middleware
        return Workspace(None, "", None, request.path)
    around = _around(user)
    advertiser = around.advertiser if user.identity in _ADVERTISING else None
    identity = user.identity if advertiser is not None or user.identity == Identity.MEDIA else ""
    if advertiser is not None:
        identity = advertiser.kind  # an upgrade elsewhere shows at once
    return Workspace(user, identity, advertiser, request.path, around)


@dataclass(frozen=True)
class _Around:
    """What a page and its frame say of the reader, in one statement."""

    advertiser: Advertiser | None
    identities: tuple[str, ...]
    unread: int


def _around(user: User) -> _Around:
    with connection.cursor() as cursor:
        columns = ", ".join(f"a.{name}" for name in _COLUMNS)
        cursor.execute(_AROUND.format(columns=columns), {"user": user.pk, "most": BADGE + 1})
        owns, unread, *mine = cursor.fetchone()
    held: list[str] = []
    advertiser = Advertiser.from_db(connection.alias, _COLUMNS, mine) if mine[0] is not None else None
    if advertiser is not None:
        advertiser.user = user
        held.append(advertiser.kind)
    if owns or user.identity == Identity.MEDIA:
        held.append(Identity.MEDIA.value)
    return _Around(advertiser, tuple(held), unread)


def _enter(request: HttpRequest) -> HttpResponse | None:
    return None if active(request).user else redirect_to_login(request.get_full_path())


def _to_choice(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('identity')}?{urlencode({'next': request.get_full_path()})}")
