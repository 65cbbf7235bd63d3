"""Posting accepted orders at their start, exactly once (R80, R81, A24, architecture 5).

The table is the queue: an order is claimed by the armed attempt of it. Three commits frame the one outside call that
matters: claimed (armed), about to send (sending), answered. Whatever breaks in between, the attempt's row says what may
have happened, and `reconciling` finds out before anything is sent again.

In the last minute before its start an order is made ready: its account's timeline is read and its pictures uploaded,
so that at the start only the post itself is left to do. Whatever goes wrong then is tried again at the start.
"""

import time
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

from django.db import connection
from django.utils.translation import gettext_noop

from accounts import weibo_binding
from accounts.vault import VaultError
from orders import attempts, pool, recording
from orders.attempts import ON_THE_WIRE, READY_FOR, SEND_WITHIN, TRIES, Tried
from orders.batches import in_batches
from orders.models import PublishAttempt
from orders.moves import Cause
from orders.reconciling import reconcile_due, reconcile_next_due
from orders.sending import Fate, Parcel, Result, prepare, send
from orders.stopwatch import Stopwatch
from tasks.models import Image, TaskState
from weitask import alarms, faultpoints
from weitask.gateways import weibo
from weitask.models import Alarm
from weitask.periods import POST_WINDOW

__all__ = ["publish_due", "publish_next_due", "reconcile_due", "reconcile_next_due"]

CLAIM: Final = 128  # orders of one batch: four rounds of the pool
LOOK_FOR: Final = 25.0  # business seconds of one look; the next one takes the rest with a fresh `now`
_ARMED: Final = (PublishAttempt.State.ARMED,)

_HOPELESS: Final = """
SELECT o.id FROM orders_order o
WHERE o.state = 'accepted' AND o.start_at <= %(now)s
  AND NOT EXISTS (SELECT FROM orders_publishattempt a WHERE a.order_id = o.id AND a.state IN ('sending', 'unknown'))
  AND (o.start_at + %(window)s <= %(now)s OR %(tries)s <= (
    SELECT count(*) FROM orders_publishattempt a WHERE a.order_id = o.id AND a.state <> 'armed'))
ORDER BY o.id
"""
_NEXT: Final = """
SELECT least((SELECT min(start_at) FROM orders_order WHERE state = 'accepted' AND start_at > %(now)s), min(CASE
    WHEN t.state = %(halted)s THEN o.start_at + %(window)s
    WHEN a.id IS NULL THEN o.start_at
    ELSE least(a.next_at, o.start_at + %(window)s) END))
FROM orders_order o
JOIN tasks_task t ON t.id = o.task_id
LEFT JOIN orders_publishattempt a ON a.order_id = o.id AND a.state IN ('armed', 'sending', 'unknown')
WHERE o.state = 'accepted' AND o.start_at <= %(now)s AND (a.id IS NULL OR a.state = 'armed')
"""


def publish_due(now: datetime) -> int:
    """Post what is due in its window [start, start + 15 min), and cancel what can no longer be posted.

    Returns the number of orders that moved. Any number of processes may run it at once: a claim skips locked rows and
    each order has one live attempt.
    """
    watch = Stopwatch(now)
    attempts.drop_stale(now=now)
    moved = _cancel_hopeless(now=now)
    while claimed := attempts.claim(limit=CLAIM, now=watch.read()):
        faultpoints.hit("publish.armed")
        moved += _post(claimed, watch=watch)
        if watch.seconds() > LOOK_FOR:
            break
    return moved


def publish_next_due(now: datetime) -> datetime | None:
    """When `publish_due` has work: a start, the next try of an armed attempt, or the end of a window."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, _parameters(now))
        moment: datetime | None = cursor.fetchone()[0]
    return moment


def _parameters(now: datetime) -> dict[str, Any]:
    return {"now": now, "window": POST_WINDOW, "halted": TaskState.HALTED, "tries": TRIES}


def _cancel_hopeless(*, now: datetime) -> int:
    """已接单 → 已取消 where no post is on the wire and none will be made: window over, or tried twice (A24).

    An attempt that is being sent or whose fate is unknown keeps its order from this; its fate comes first.
    """
    with connection.cursor() as cursor:
        cursor.execute(_HOPELESS, _parameters(now))
        ids = [row[0] for row in cursor.fetchall()]
    return in_batches(ids=ids, work=lambda some: _give_up(some, now), sweep="orders.publish", now=now)


def _give_up(order_ids: Sequence[int], now: datetime) -> int:
    moved = recording.cancel(order_ids=order_ids, cause=Cause.PLATFORM, now=now)
    attempts.disarm(order_ids=order_ids, now=now)
    return moved


def _post(attempt_ids: Sequence[int], *, watch: Stopwatch) -> int:
    """One batch through its three commits; returns how many orders moved. What is ready does not wait for the rest."""
    parcels, moved = _packed(attempt_ids, now=watch.read())
    moved += _send([one for one in parcels if one.base_post_id], watch=watch)
    return moved + _prepare([one for one in parcels if not one.base_post_id], watch=watch)


def _prepare(parcels: Sequence[Parcel], *, watch: Stopwatch) -> int:
    """Make orders ready; those whose start has come are sent, the others are put by until then."""
    if not parcels:
        return 0
    client = weibo.client().pinned(now=watch.read())
    prepared = list(zip(parcels, pool.each(partial(prepare, client=client), parcels), strict=True))
    now = watch.read()
    attempts.put_by(parcels=[_ahead(parcel, one) for parcel, one in prepared if parcel.start_at > now], now=now)
    due = [(parcel, one) for parcel, one in prepared if parcel.start_at <= now]
    settled = [Tried(parcel, one, _ARMED) for parcel, one in due if isinstance(one, Result)]
    moved = _settle(settled, now=now)
    return moved + _send([one for _, one in due if isinstance(one, Parcel)], watch=watch)


def _ahead(parcel: Parcel, prepared: Parcel | Result) -> Parcel:
    """What is kept for the start; what failed is as it was before, and made ready then."""
    return prepared if isinstance(prepared, Parcel) else parcel


def _send(ready: Sequence[Parcel], *, watch: Stopwatch) -> int:
    if not ready:
        return 0
    began = time.monotonic()  # before the commit, so that our deadline is never later than the row's
    now = watch.read()
    going = attempts.to_sending(parcels=ready, now=now)
    faultpoints.hit("publish.sending")
    parcels = [_timed(one, began=began, now=now) for one in ready if one.attempt_id in going]
    client = weibo.client().pinned(now=now)
    results = pool.each(partial(send, client=client), parcels)
    faultpoints.hit("publish.answered")
    before = tuple(str(state) for state in ON_THE_WIRE)
    tried = [Tried(parcel, result, before) for parcel, result in zip(parcels, results, strict=True)]
    moved = _settle(tried, now=watch.read())
    faultpoints.hit("publish.recorded")
    return moved


def _timed(parcel: Parcel, *, began: float, now: datetime) -> Parcel:
    """With the moment after which it must not be written: 30 s from now, never past the window."""
    left = parcel.start_at + POST_WINDOW - now
    return parcel.until(began + min(SEND_WITHIN, left).total_seconds())


def _settle(tried: Sequence[Tried], *, now: datetime) -> int:
    """Write the results down, then mark dead tokens: without a token the fate of a try could not be read back."""
    moved = recording.record(tried=tried, now=now)
    lost = {one.parcel.uid: one for one in tried if one.result.token_lost}
    for uid, one in sorted(lost.items()):
        weibo_binding.mark_refused(uid=uid, token=one.parcel.token, code=one.result.code, now=now)
    return moved


def _packed(attempt_ids: Sequence[int], *, now: datetime) -> tuple[list[Parcel], int]:
    """What the threads need of each order; orders of accounts without a token end here (F47). Also how many moved.

    Before the start a missing token ends nothing: the owner may still authorise us again.
    """
    rows = list(
        PublishAttempt.objects.filter(pk__in=attempt_ids)
        .select_related("order__account__weibo")
        .order_by("order__start_at", "pk")
    )
    images = Image.objects.in_bulk({pk for attempt in rows for pk in attempt.order.image_ids})
    parcels: list[Parcel] = []
    failed: list[Tried] = []
    for attempt in rows:
        parcel = _parcel(attempt, images, now)
        try:
            parcels.append(parcel.with_token(weibo_binding.token_of(attempt.order.account.weibo)))
        except weibo_binding.NotAuthorised:
            code = f"token_{attempt.order.account.weibo.token_state}"
            failed.append(Tried(parcel, Result(Fate.REFUSED, Cause.OWNER_FAULT, code=code), _ARMED))
        except VaultError:
            _alarm_vault(parcel, now)
            failed.append(Tried(parcel, Result(Fate.LATER, code="vault"), _ARMED))
    attempts.put_by(parcels=[one.parcel for one in failed if one.parcel.start_at > now], now=now)
    return parcels, recording.record(tried=[one for one in failed if one.parcel.start_at <= now], now=now)


def _parcel(attempt: PublishAttempt, images: dict[int, Image], now: datetime) -> Parcel:
    order = attempt.order
    is_ready = attempt.prepared_at is not None and attempt.prepared_at > now - READY_FOR
    return Parcel(
        attempt_id=attempt.pk,
        order_id=order.pk,
        number=order.number,
        start_at=order.start_at,
        uid=order.account.weibo.uid,
        token="",
        text=order.text,
        pictures=tuple((images[pk].file.name or "") if pk in images else "" for pk in order.image_ids),
        source_id=order.source_id,
        rip=order.accepted_ip or "",
        base_post_id=attempt.base_post_id if is_ready else "",
        pic_ids=tuple(attempt.pic_ids) if is_ready else (),
    )


def _alarm_vault(parcel: Parcel, now: datetime) -> None:
    text = gettext_noop("微博帐号 %(uid)s 的令牌无法解密") % {"uid": parcel.uid}
    alarms.raise_alarm(kind=Alarm.Kind.VAULT, key=parcel.uid, text=text, now=now)
