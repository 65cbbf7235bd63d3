"""站内通知 and the outbox of Weibo notices (R65, R69).

A notice is a row written in the transaction of what it tells about; the row is the truth, Weibo is a copy sent later.
Weibo gets at most 32 bytes per part, so only a title and a short first line go there, with a link to the inbox.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from django.conf import settings
from django.db import connection
from django.db.models import F, Min
from django.utils import translation
from django.utils.functional import Promise

from accounts.models import Notice, User, WeiboAccount
from weitask.gateways import weibo
from weitask.gateways.errors import GatewayError, PermanentError, TemporaryError

BATCH: Final = 1000  # rows of one look
USERS_A_CALL: Final = 100
PART_BYTES: Final = 32
INBOX: Final = "/notices/"
RETRY_AFTER: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720))  # then it is given up

_INSERT: Final = """
INSERT INTO accounts_notice
  (user_id, kind, dedupe, title, body, url, urgent, created_at, weibo_uid, weibo_state, weibo_tries, weibo_next_at)
SELECT user_id, kind, dedupe, title, body, url, urgent, %(now)s, uid,
       CASE uid WHEN '' THEN 'none' ELSE 'waiting' END, 0, CASE uid WHEN '' THEN NULL ELSE %(now)s END
FROM unnest(%(users)s::bigint[], %(kinds)s::text[], %(dedupes)s::text[], %(titles)s::text[], %(bodies)s::text[],
            %(urls)s::text[], %(urgents)s::bool[], %(uids)s::text[])
  AS new (user_id, kind, dedupe, title, body, url, urgent, uid)
ON CONFLICT (dedupe) DO NOTHING
"""


@dataclass(frozen=True)
class NewNotice:
    """What to tell whom. `dedupe` names the fact, so that telling it twice is one notice; `weibo_uid` adds Weibo.

    Title and body are lazy (`gettext_lazy`, `format_lazy`): `post` composes them in the language of who reads them, not
    of who acts. Put what must be read at Weibo into the title, or into a first line of the body; each takes 32 bytes.
    """

    user_id: int
    kind: str
    dedupe: str
    title: Promise
    body: Promise
    url: str
    urgent: bool = False
    weibo_uid: str = ""


@dataclass(frozen=True)
class _Message:
    """Notices that are one call at Weibo."""

    title: str
    line: str
    urgent: bool


def post(notices: Sequence[NewNotice], *, now: datetime) -> int:
    """Write notices in one statement; those whose `dedupe` exists already are passed over. Returns how many are new."""
    if not notices:
        return 0
    words = _words(notices)
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            {
                "now": now,
                "users": [one.user_id for one in notices],
                "kinds": [one.kind for one in notices],
                "dedupes": [one.dedupe for one in notices],
                "titles": [title for title, _body in words],
                "bodies": [body for _title, body in words],
                "urls": [one.url for one in notices],
                "urgents": [one.urgent for one in notices],
                "uids": [one.weibo_uid for one in notices],
            },
        )
        return cursor.rowcount


def _words(notices: Sequence[NewNotice]) -> list[tuple[str, str]]:
    """Title and body of each notice, in its reader's language."""
    readers = User.objects.filter(pk__in={one.user_id for one in notices})
    languages = dict(readers.values_list("pk", "language"))
    words = []
    for one in notices:
        with translation.override(languages.get(one.user_id)):
            words.append((str(one.title)[:100], str(one.body)))
    return words


def uids_of(user_ids: Iterable[int]) -> dict[int, str]:
    """For each user who authorised us, the uid that Weibo notices go to: the account bound first."""
    bound = WeiboAccount.objects.filter(user_id__in=set(user_ids), token_state=WeiboAccount.Token.VALID)
    first = bound.order_by("user_id", "id").distinct("user_id")
    return dict(first.values_list("user_id", "uid"))


def mark_read(*, notice: Notice, by: User, now: datetime) -> bool:
    """Mark a notice of one's own as read; False when it was read before or is not theirs."""
    return Notice.objects.visible_to(by).unread().filter(pk=notice.pk).update(read_at=now) == 1


def mark_all_read(*, by: User, now: datetime) -> int:
    """Mark the whole inbox as read; returns how many were not."""
    return Notice.objects.visible_to(by).unread().update(read_at=now)


def next_due(now: datetime) -> datetime | None:
    """When the next Weibo notice wants to go out."""
    waiting = Notice.objects.filter(weibo_state=Notice.Weibo.WAITING)
    return waiting.aggregate(due=Min("weibo_next_at"))["due"]


def deliver_due(now: datetime) -> int:
    """Send waiting notices, the same words to many users in one call; returns how many were sent.

    Refused ones are given up, unanswered ones come again with growing pauses: a notice may reach Weibo twice, never
    not at all while Weibo answers within 17 hours. The first call that finds Weibo unreachable ends the look.
    """
    due = list(Notice.objects.due_by_weibo(now).order_by("-urgent", "weibo_next_at", "id")[:BATCH])
    if not due:
        return 0
    sent = 0
    try:
        link = _inbox_link(settings.SITE_URL)
    except GatewayError as error:
        _later([notice.pk for notice in due], error, now=now)
        return 0
    for message, group in _grouped(due).items():
        for start in range(0, len(group), USERS_A_CALL):
            chunk = group[start : start + USERS_A_CALL]
            try:
                sent += _send(message, chunk, link=link)
            except GatewayError as error:
                _later([notice.pk for notice in chunk], error, now=now)
                if error.cause == "network":
                    return sent
    return sent


def _grouped(due: Sequence[Notice]) -> dict[_Message, list[Notice]]:
    groups: dict[_Message, list[Notice]] = defaultdict(list)
    for notice in due:
        line = notice.body.partition("\n")[0]
        short = line if len(line.encode()) <= PART_BYTES else ""
        groups[_Message(_cut(notice.title), short, notice.urgent)].append(notice)
    return groups


def _cut(title: str) -> str:
    return title.encode()[:PART_BYTES].decode(errors="ignore")


def _send(message: _Message, chunk: Sequence[Notice], *, link: str) -> int:
    """One call, and the rows marked by its answer; a refused recipient is searched for by halving."""
    uids = list(dict.fromkeys(notice.weibo_uid for notice in chunk))
    parts = [message.title, message.line] if message.line else [message.title]
    try:
        weibo.client().notify(uids=uids, template=settings.WEIBO_NOTICE_TEMPLATE, objects=parts, action_url=link)
    except PermanentError as error:
        if len(chunk) > 1 and error.cause == "account":
            half = len(chunk) // 2
            return _send(message, chunk[:half], link=link) + _send(message, chunk[half:], link=link)
        _mark(chunk, Notice.Weibo.FAILED)
        return 0
    _mark(chunk, Notice.Weibo.SENT)
    return len(chunk)


def _mark(chunk: Sequence[Notice], state: Notice.Weibo) -> None:
    rows = Notice.objects.filter(pk__in=[notice.pk for notice in chunk], weibo_state=Notice.Weibo.WAITING)
    rows.update(weibo_state=state, weibo_next_at=None, weibo_tries=F("weibo_tries") + 1)


def _later(ids: Sequence[int], error: GatewayError, *, now: datetime) -> None:
    """Put rows off by their number of tries; the last pause is followed by giving up."""
    asked = error.retry_after if isinstance(error, TemporaryError) else None
    waiting = Notice.objects.filter(pk__in=ids, weibo_state=Notice.Weibo.WAITING)
    waiting.filter(weibo_tries__gte=len(RETRY_AFTER)).update(
        weibo_state=Notice.Weibo.FAILED, weibo_next_at=None, weibo_tries=F("weibo_tries") + 1
    )
    for tries in reversed(range(len(RETRY_AFTER))):
        pause = max(RETRY_AFTER[tries], timedelta(seconds=asked or 0))
        waiting.filter(weibo_tries=tries).update(weibo_next_at=now + pause, weibo_tries=tries + 1)


@lru_cache(maxsize=4)
def _inbox_link(site: str) -> str:
    """The t.cn link of the inbox; Weibo allows 20 bytes. Asked once per process, errors are not kept."""
    return weibo.client().shorten(token=settings.WEIBO_PLATFORM_TOKEN, url=f"{site}{INBOX}")
