"""任务转发数 and 任务评论数 between the readings: hourly in the first 24 hours (R87, A47).

The retention readings carry counts too, daily up to 30 days; this sweep fills the first day, all posts at the same
whole hours, so that a hundred posts are one call.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import QuerySet

from orders import lifecycle, pool
from orders.models import Order
from orders.moves import State
from weitask.gateways import weibo
from weitask.gateways.errors import GatewayError
from weitask.gateways.weibo import Counts, WeiboClient
from weitask.periods import EARN_AFTER
from weitask.questions import Question

BATCH: Final = 100
CHUNK: Final = 1_600  # orders of one round
AGAIN: Final = timedelta(minutes=5)  # after a call that failed

_WRITE: Final = """
UPDATE orders_order o SET
    reposts = coalesce(g.reposts, o.reposts), comments = coalesce(g.comments, o.comments),
    likes = coalesce(g.likes, o.likes),
    counted_at = CASE WHEN g.reposts IS NULL THEN o.counted_at ELSE %s END,
    next_count_at = CASE WHEN o.state = 'published' AND o.posted_at + %s > g.following THEN g.following END
FROM unnest(%s::bigint[], %s::int[], %s::int[], %s::int[], %s::timestamptz[])
     AS g(id, reposts, comments, likes, following)
WHERE o.id = g.id
"""


def next_hour(now: datetime) -> datetime:
    """The next whole hour; Shanghai's are UTC's."""
    return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


def count_due(now: datetime) -> int:
    """Take over the counts of the posts whose hour has come; returns how many posts were asked for."""
    done = 0
    while due := list(_due(now).values_list("pk", "weibo_id", "state")[:CHUNK]):
        live = [(pk, weibo_id) for pk, weibo_id, state in due if state == State.PUBLISHED]
        batches = [live[start : start + BATCH] for start in range(0, len(live), BATCH)]
        answers = pool.each(partial(_ask, client=weibo.client().pinned(now=now)), batches)
        following = {pk: next_hour(now) for pk, _weibo_id, _state in due}
        counts: dict[int, Counts] = {}
        for batch, answer in zip(batches, answers, strict=True):
            if answer is None:
                following |= {pk: now + AGAIN for pk, _weibo_id in batch}
            else:
                counts |= {pk: answer[weibo_id] for pk, weibo_id in batch if weibo_id in answer}
        _write(counts, following, now=now)
        done += len(due)
    return done


_COUNTED: Final = Question(lambda: Order.objects.filter(next_count_at__isnull=False), column="next_count_at")


def count_next_due(now: datetime) -> datetime | None:
    """When the next counts are due."""
    return _COUNTED.earliest()


def _due(now: datetime) -> "QuerySet[Order]":
    return Order.objects.filter(next_count_at__lte=now).order_by("next_count_at", "id")


def _ask(batch: Sequence[tuple[int, str]], *, client: WeiboClient) -> dict[str, Counts] | None:
    """Counts by Weibo id; None when Weibo did not answer."""
    try:
        return client.counts(ids=[weibo_id for _pk, weibo_id in batch])
    except GatewayError:
        return None


def _write(counts: Mapping[int, Counts], following: Mapping[int, datetime], *, now: datetime) -> None:
    """Write counts, and when to come back; a post that is gone keeps the counts it had."""
    ids = sorted(following)
    found = [counts.get(pk) for pk in ids]
    parameters: list[Any] = [
        now,
        EARN_AFTER,
        ids,
        [one and one.reposts for one in found],
        [one and one.comments for one in found],
        [one and one.likes for one in found],
        [following[pk] for pk in ids],
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        lifecycle.lock(order_ids=ids)
        cursor.execute(_WRITE, parameters)
