"""The daily reading of every bound account's Weibo profile (R21, R32, weibo.md 3).

Names and followers change; the search shows yesterday's at the oldest. All profiles are due at 04:00 Shanghai and are
worked off in batches, a few at a time, so that the reading never bursts.
"""

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Min, QuerySet

from accounts import weibo_binding
from accounts.models import WeiboAccount
from accounts.vault import VaultError
from weitask.gateways import weibo as gateway
from weitask.gateways.errors import GatewayError, ReauthoriseError, TemporaryError

logger = logging.getLogger(__name__)
BATCH: Final = 64
THREADS: Final = 8
RETRY_AFTER: Final = timedelta(minutes=15)


@dataclass(frozen=True)
class _Read:
    account: WeiboAccount
    profile: gateway.User | None
    error: Exception | None


def refresh_due(now: datetime) -> int:
    """Read due profiles and take them over; a dead token is marked lost, a busy Weibo is asked again in 15 minutes.

    Returns how many were read. Calls run in threads that never touch the database.
    """
    due = list(_due().filter(profile_due_at__lte=now).order_by("profile_due_at", "id")[:BATCH])
    done, unchanged = 0, []
    for read in _read_all(due, now):
        if read.profile is None:
            _note(read.account, read.error, now)
        elif weibo_binding.is_as_shown(weibo=read.account, profile=read.profile):
            unchanged.append(read.account.pk)
        else:
            weibo_binding.refresh_profile(weibo=read.account, profile=read.profile, now=now)
            done += 1
    return done + weibo_binding.note_unchanged(weibo_ids=unchanged, now=now)


def next_due(now: datetime) -> datetime | None:
    """When the next profile is to be read."""
    return _due().aggregate(due=Min("profile_due_at"))["due"]


def _due() -> "QuerySet[WeiboAccount]":
    return WeiboAccount.objects.filter(token_state=WeiboAccount.Token.VALID, profile_due_at__isnull=False)


def _read_all(accounts: Sequence[WeiboAccount], now: datetime) -> Iterator[_Read]:
    if not accounts:
        return
    client = gateway.client().pinned(now=now)

    def read(account: WeiboAccount) -> _Read:
        try:
            token = weibo_binding.token_of(account)
            return _Read(account, client.user(token=token, uid=account.uid), None)
        except GatewayError as error:
            return _Read(account, None, error)
        except VaultError as error:
            logger.exception("the token of Weibo account %s does not open", account.uid)
            return _Read(account, None, error)

    with ThreadPoolExecutor(THREADS, thread_name_prefix="profiles") as pool:
        yield from pool.map(read, accounts)


def look_again(*, uid: str, now: datetime) -> bool:
    """Somebody says that this authorisation ended: read the profile at the next look, which finds out (weibo.md 2)."""
    return _due().filter(uid=uid).update(profile_due_at=now) == 1


def _note(account: WeiboAccount, error: Exception | None, now: datetime) -> None:
    """What a failed reading means for the next one."""
    if isinstance(error, ReauthoriseError):
        state = WeiboAccount.Token.EXPIRED if error.code in {"21327", "21315"} else WeiboAccount.Token.REVOKED
        weibo_binding.mark_lost(weibo=account, state=state, code=error.code, now=now)
        return
    again = weibo_binding.next_profile_hour(now)
    if isinstance(error, TemporaryError):
        again = now + max(RETRY_AFTER, timedelta(seconds=error.retry_after or 0))
    WeiboAccount.objects.filter(pk=account.pk, token=account.token).update(
        profile_due_at=again, last_error_code=getattr(error, "code", "vault")[:20]
    )
