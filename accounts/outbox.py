"""Copies of notices on their way to Weibo and by e-mail (R65, R69).

Weibo gets at most 32 bytes per part, so only a title and a short first line go there, with a link to the inbox.
"""

import smtplib
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import translation

from accounts.models import Delivery
from weitask.gateways import weibo
from weitask.gateways.errors import GatewayError, PermanentError, TemporaryError
from weitask.questions import Question

BATCH: Final = 1000  # rows of one look
USERS_A_CALL: Final = 100
PART_BYTES: Final = 32
INBOX: Final = "/notices/"
CHANNELS: Final = "/notices/channels/"
RETRY_AFTER: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720))  # then it is given up


@dataclass(frozen=True)
class _Message:
    """Notices that are one call at Weibo."""

    title: str
    line: str
    urgent: bool


_WAITING: Final = Question(lambda: Delivery.objects.waiting(), column="next_at")


def next_due(now: datetime) -> datetime | None:
    """When the next copy wants to go out."""
    return _WAITING.earliest()


def deliver_due(now: datetime) -> int:
    """Send waiting copies; returns how many were sent.

    Refused ones are given up, unanswered ones come again with growing pauses: a notice may arrive twice, never not at
    all while the other side answers within 17 hours.
    """
    due = list(
        Delivery.objects.due(now).select_related("notice__user").order_by("-notice__urgent", "next_at", "id")[:BATCH]
    )
    to_weibo = [one for one in due if one.channel == Delivery.Channel.WEIBO]
    by_mail = [one for one in due if one.channel == Delivery.Channel.EMAIL]
    return _to_weibo(to_weibo, now=now) + _by_mail(by_mail, now=now)


# --- Weibo --------------------------------------------------------------------------------------------------------


def _to_weibo(due: Sequence[Delivery], *, now: datetime) -> int:
    """The same words to many users in one call. The first call that finds Weibo unreachable ends the look."""
    if not due:
        return 0
    sent = 0
    try:
        link = _inbox_link(settings.SITE_URL)
    except GatewayError as error:
        _later(due, _asked(error), now=now)
        return 0
    for message, group in _grouped(due).items():
        for start in range(0, len(group), USERS_A_CALL):
            chunk = group[start : start + USERS_A_CALL]
            try:
                sent += _send(message, chunk, link=link)
            except GatewayError as error:
                _later(chunk, _asked(error), now=now)
                if error.cause == "network":
                    return sent
    return sent


def _grouped(due: Sequence[Delivery]) -> dict[_Message, list[Delivery]]:
    groups: dict[_Message, list[Delivery]] = defaultdict(list)
    for one in due:
        line = one.notice.body.partition("\n")[0]
        short = line if len(line.encode()) <= PART_BYTES else ""
        groups[_Message(_cut(one.notice.title), short, one.notice.urgent)].append(one)
    return groups


def _cut(title: str) -> str:
    return title.encode()[:PART_BYTES].decode(errors="ignore")


def _send(message: _Message, chunk: Sequence[Delivery], *, link: str) -> int:
    """One call, and the rows marked by its answer; a refused recipient is searched for by halving."""
    uids = list(dict.fromkeys(one.address for one in chunk))
    parts = [message.title, message.line] if message.line else [message.title]
    try:
        weibo.client().notify(uids=uids, template=settings.WEIBO_NOTICE_TEMPLATE, objects=parts, action_url=link)
    except PermanentError as error:
        if len(chunk) > 1 and error.cause == "account":
            half = len(chunk) // 2
            return _send(message, chunk[:half], link=link) + _send(message, chunk[half:], link=link)
        _mark(chunk, Delivery.State.FAILED)
        return 0
    _mark(chunk, Delivery.State.SENT)
    return len(chunk)


@lru_cache(maxsize=4)
def _inbox_link(site: str) -> str:
    """The t.cn link of the inbox; Weibo allows 20 bytes. Asked once per process, errors are not kept."""
    return weibo.client().shorten(token=settings.WEIBO_PLATFORM_TOKEN, url=f"{site}{INBOX}")


def _asked(error: GatewayError) -> timedelta:
    return timedelta(seconds=(error.retry_after if isinstance(error, TemporaryError) else None) or 0)


# --- E-mail -------------------------------------------------------------------------------------------------------


def _by_mail(due: Sequence[Delivery], *, now: datetime) -> int:
    """One mail each, over one connection. A server out of reach ends the look; a refused address is given up."""
    if not due:
        return 0
    sent = 0
    server = get_connection()
    for place, one in enumerate(due):
        try:
            server.send_messages([_letter(one)])
        except smtplib.SMTPRecipientsRefused:
            _mark([one], Delivery.State.FAILED)
        except (OSError, smtplib.SMTPException):
            _later(due[place:], timedelta(0), now=now)
            break
        else:
            _mark([one], Delivery.State.SENT)
            sent += 1
    server.close()
    return sent


def _letter(one: Delivery) -> EmailMessage:
    with translation.override(one.notice.user.language):
        body = render_to_string(
            "accounts/notice.txt",
            {"notice": one.notice, "site": settings.SITE_URL, "channels": f"{settings.SITE_URL}{CHANNELS}"},
        )
    return EmailMessage(
        subject=" ".join(one.notice.title.split()),
        body=body,
        to=[one.address],
        headers={"List-Unsubscribe": f"<{settings.SITE_URL}{CHANNELS}>"},
    )


# --- Rows ---------------------------------------------------------------------------------------------------------


def _mark(chunk: Collection[Delivery], state: Delivery.State) -> None:
    rows = Delivery.objects.waiting().filter(pk__in=[one.pk for one in chunk])
    rows.update(state=state, next_at=None, tries=F("tries") + 1)


def _later(chunk: Collection[Delivery], asked: timedelta, *, now: datetime) -> None:
    """Put rows off by their number of tries; the last pause is followed by giving up."""
    waiting = Delivery.objects.waiting().filter(pk__in=[one.pk for one in chunk])
    waiting.filter(tries__gte=len(RETRY_AFTER)).update(state=Delivery.State.FAILED, next_at=None, tries=F("tries") + 1)
    for tries in reversed(range(len(RETRY_AFTER))):
        waiting.filter(tries=tries).update(next_at=now + max(RETRY_AFTER[tries], asked), tries=tries + 1)
