"""站内通知: telling people, and how they want to be told (R65, R69).

A notice is a row written in the transaction of what it tells about; the row is the truth. Copies for Weibo and for
e-mail are written beside it into the outbox, which `accounts.outbox` sends.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection
from django.utils import translation
from django.utils.functional import Promise

from accounts.models import Notice, User
from accounts.topics import Topic, topic_of

FIRST_BOUND: Final = "first"  # as a notice's `weibo_uid`: the reader's account bound first that still authorises us

_INSERT: Final = """
WITH new AS (
  SELECT * FROM unnest(%(users)s::bigint[], %(kinds)s::text[], %(topics)s::text[], %(dedupes)s::text[],
    %(titles)s::text[], %(bodies)s::text[], %(urls)s::text[], %(urgents)s::bool[], %(uids)s::text[])
    AS new (user_id, kind, topic, dedupe, title, body, url, urgent, uid)
), told AS (
  INSERT INTO accounts_notice (user_id, kind, dedupe, title, body, url, urgent, created_at)
  SELECT user_id, kind, dedupe, title, body, url, urgent, %(now)s FROM new
  ON CONFLICT (dedupe) DO NOTHING
  RETURNING id, dedupe
), copied AS (
  INSERT INTO accounts_delivery (notice_id, channel, address, state, tries, next_at)
  SELECT told.id, copy.channel, copy.address, 'waiting', 0, %(now)s
  FROM told JOIN new USING (dedupe) JOIN accounts_user reader ON reader.id = new.user_id,
  LATERAL (
    SELECT 'weibo', CASE new.uid WHEN %(first_bound)s THEN (
      SELECT w.uid FROM accounts_weiboaccount w
      WHERE w.user_id = new.user_id AND w.token_state = 'valid' ORDER BY w.id LIMIT 1
    ) ELSE new.uid END
    WHERE new.urgent OR new.topic <> ALL (reader.quiet_topics)
    UNION ALL
    SELECT 'email', own.email FROM account_emailaddress own
    WHERE own.user_id = new.user_id AND own.primary AND own.verified AND new.topic = ANY (reader.mail_topics)
  ) AS copy (channel, address)
  WHERE copy.address <> ''
  ON CONFLICT DO NOTHING
)
SELECT count(*) FROM told
"""


@dataclass(frozen=True)
class NewNotice:
    """What to tell whom. `dedupe` names the fact, so that telling it twice is one notice; `weibo_uid` adds Weibo.

    `language` is the reader's where the caller has it at hand; else it is looked up.
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
    language: str = ""


def post(notices: Sequence[NewNotice], *, now: datetime) -> int:
    """Write notices in one statement; those whose `dedupe` exists already are passed over. Returns how many are new.

    Copies go to Weibo, unless its reader keeps the topic from there and it is not urgent, and by e-mail where asked, to
    an address that the reader proved to be theirs.
    """
    if not notices:
        return 0
    words = _words(notices)
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            {
                "now": now,
                "first_bound": FIRST_BOUND,
                "users": [one.user_id for one in notices],
                "kinds": [one.kind for one in notices],
                "topics": [topic_of(one.kind) for one in notices],
                "dedupes": [one.dedupe for one in notices],
                "titles": [title for title, _body in words],
                "bodies": [body for _title, body in words],
                "urls": [one.url for one in notices],
                "urgents": [one.urgent for one in notices],
                "uids": [one.weibo_uid for one in notices],
            },
        )
        return int(cursor.fetchone()[0])


def _words(notices: Sequence[NewNotice]) -> list[tuple[str, str]]:
    """Title and body of each notice, in its reader's language."""
    readers = User.objects.filter(pk__in={one.user_id for one in notices if not one.language})
    languages = dict(readers.values_list("pk", "language"))
    words = []
    for one in notices:
        with translation.override(one.language or languages.get(one.user_id)):
            words.append((str(one.title)[:100], str(one.body)))
    return words


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
