"""The auditor's rules about tasks (faults section 2); every row they return is a violation."""

from functools import partial

from billing.audit import rule
from tasks.policy import THRESHOLD

_rule = partial(rule, app="tasks")

# What is held is what the open selections of a submission in review cost, and nothing else is held.
_rule(
    "L09",
    """
    SELECT coalesce(hold.submission_id, waiting.id) AS submission, hold.amount AS held, waiting.cost AS in_review
    FROM (SELECT submission_id, amount FROM billing_hold WHERE ended_at IS NULL) AS hold
    FULL JOIN (
      SELECT submission.id, sum(item.price + item.fee) FILTER (WHERE item.lapsed_at IS NULL) AS cost
      FROM tasks_submission AS submission JOIN tasks_item AS item ON item.submission_id = submission.id
      WHERE submission.state = 'in_review' GROUP BY submission.id
    ) AS waiting ON waiting.id = hold.submission_id
    WHERE hold.amount IS DISTINCT FROM waiting.cost
    """,
)
# No hold was larger than what was spendable when it was made, nor other than what was submitted.
_rule(
    "L09",
    """
    SELECT hold.submission_id AS submission, hold.original, hold.spendable_then, submission.net + submission.fee AS cost
    FROM billing_hold AS hold LEFT JOIN tasks_submission AS submission ON submission.id = hold.submission_id
    WHERE hold.original > hold.spendable_then
       OR hold.original IS DISTINCT FROM submission.net + submission.fee
    """,
)
# A submission costs what its selections cost, item by item, above zero.
_rule(
    "L14",
    """
    SELECT submission.id AS submission, submission.net, submission.fee, sum(item.price) AS prices, sum(item.fee) AS fees
    FROM tasks_submission AS submission LEFT JOIN tasks_item AS item ON item.submission_id = submission.id
    GROUP BY submission.id
    HAVING submission.net IS DISTINCT FROM sum(item.price) OR submission.fee IS DISTINCT FROM sum(item.fee)
        OR min(item.price) <= 0 OR min(item.fee) < 0
    """,
)
# An enterprise had recharged 2000.00 when it created a task.
_rule(
    "L28",
    f"""
    SELECT id AS task, advertiser_id AS advertiser, recharged_then FROM tasks_task
    WHERE kind_then = 'enterprise' AND recharged_then < {THRESHOLD}
    """,  # noqa: S608  a constant of ours
)
