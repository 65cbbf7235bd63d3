"""站内通知: telling people, and how they want to be told (R65, R69).

A notice is a row written in the transaction of what it tells about; the row is the truth. Copies for Weibo and for
e-mail are written beside it into the outbox, which `accounts.outbox` sends.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from allauth.account.models import EmailAddress
from django.db import connection
from django.db.models import OuterRef, Subquery
from django.utils import translation
from django.utils.functional import Promise

from accounts.models import Notice, User, WeiboAccount
from accounts.topics import Topic, topic_of

_INSERT: Final = """
WITH new AS (
  SELECT * FROM unnest(%(users)s::bigint[], %(kinds)s::text[], %(dedupes)s::text[], %(titles)s::text[],
    %(bodies)s::text[], %(urls)s::text[], %(urgents)s::bool[], %(uids)s::text[], %(mails)s::text[])
    AS new (user_id, kind, dedupe, title, body, url, urgent, uid, mail)
), told AS (
  INSERT INTO accounts_notice (user_id, kind, dedupe, title, body, url, urgent, created_at)
  SELECT user_id, kind, dedupe, title, body, url, urgent, %(now)s FROM new
  ON CONFLICT (dedupe) DO NOTHING
  RETURNING id, dedupe
), copied AS (
  INSERT INTO accounts_delivery (notice_id, channel, address, state, tries, next_at)
  SELECT told.id, copy.channel, copy.address, 'waiting', 0, %(now)s
  FROM told JOIN new USING (dedupe), LATERAL (VALUES ('weibo', new.uid), ('email', new.mail)) AS copy (channel, address)
  WHERE copy.address <> ''
  ON CONFLICT DO NOTHING
)
SELECT count(*) FROM told
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
class _Reader:
    """How a person wants to be told; `email` only when they proved that it is theirs."""

    language: str
    quiet: tuple[str, ...]
    mailed: tuple[str, ...]
    email: str


def post(notices: Sequence[NewNotice], *, now: datetime) -> int:
    """Write notices in one statement; those whose `dedupe` exists already are passed over. Returns how many are new.

    Copies go to Weibo, unless its reader keeps the topic from there and it is not urgent, and by e-mail where asked.
    """
    if not notices:
        return 0
    readers = _readers({one.user_id for one in notices})
    words = [_words(one, readers[one.user_id]) for one in notices]
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
                "uids": [_uid(one, readers[one.user_id]) for one in notices],
                "mails": [_mail(one, readers[one.user_id]) for one in notices],
            },
        )
        return int(cursor.fetchone()[0])


def _readers(user_ids: Collection[int]) -> dict[int, _Reader]:
    own = EmailAddress.objects.filter(user=OuterRef("pk"), primary=True, verified=True).values("email")[:1]
    rows = User.objects.filter(pk__in=user_ids).annotate(proven=Subquery(own))
    columns = rows.values_list("pk", "language", "quiet_topics", "mail_topics", "proven")
    return {
        pk: _Reader(language, tuple(quiet), tuple(mailed), email or "")
        for pk, language, quiet, mailed, email in columns
    }


def _words(notice: NewNotice, reader: _Reader) -> tuple[str, str]:
    """Title and body in the reader's language."""
    with translation.override(reader.language):
        return str(notice.title)[:100], str(notice.body)


def _uid(notice: NewNotice, reader: _Reader) -> str:
    return notice.weibo_uid if notice.urgent or topic_of(notice.kind) not in reader.quiet else ""


def _mail(notice: NewNotice, reader: _Reader) -> str:
    return reader.email if topic_of(notice.kind) in reader.mailed else ""


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


def choose_channels(*, user: User, quiet: Collection[str], mailed: Collection[str]) -> None:
    """Remember which topics a person keeps from Weibo and which they want by e-mail.

    Raises:
        ValueError: not a topic.
    """
    user.quiet_topics = sorted({Topic(topic).value for topic in quiet})
    user.mail_topics = sorted({Topic(topic).value for topic in mailed})
    user.save(update_fields=["quiet_topics", "mail_topics"])
