"""How far a task's posts spread over time, from the readings of each post (R66, R88, A47)."""

from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Any, Final

from django.db import connection
from django.utils.translation import gettext as _

from tasks.models import Task
from weitask.periods import shanghai

# What each reading brought beyond the one before; a post that loses reposts takes them back.
_GAINED: Final = """
SELECT date_trunc('hour', asked_at) AS hour, sum(reposts), sum(comments), sum(likes)
FROM (
  SELECT r.asked_at,
         r.reposts - lag(r.reposts, 1, 0) OVER line AS reposts,
         r.comments - lag(r.comments, 1, 0) OVER line AS comments,
         r.likes - lag(r.likes, 1, 0) OVER line AS likes
  FROM orders_reading r JOIN orders_order o ON o.id = r.order_id
  WHERE o.task_id = %s AND r.reposts IS NOT NULL
  WINDOW line AS (PARTITION BY r.order_id ORDER BY r.id)
) AS gained
GROUP BY 1 ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Point:
    """The sums over all posts of a task, as last read in the hour that begins at `hour`."""

    hour: datetime
    reposts: int
    comments: int
    likes: int


def of_task(task: Task) -> list[Point]:
    """A point for each hour in which a post was read and its counts came along; empty before the first."""
    with connection.cursor() as cursor:
        cursor.execute(_GAINED, [task.pk])
        rows = cursor.fetchall()
    hours, *gained = zip(*rows, strict=True) if rows else ((), (), (), ())
    sums = [accumulate(int(one) for one in column) for column in gained]
    return [Point(*point) for point in zip(hours, *sums, strict=True)]


def chart(task: Task) -> dict[str, Any] | None:
    """The same as lines to draw; None where there are not two points yet."""
    points = of_task(task)
    if len(points) < 2:
        return None
    return {
        "moments": [f"{shanghai(point.hour):%m-%d %H:00}" for point in points],
        "lines": [
            {"name": _("转发数"), "values": [point.reposts for point in points]},
            {"name": _("评论数"), "values": [point.comments for point in points]},
            {"name": _("赞数"), "values": [point.likes for point in points]},
        ],
    }
