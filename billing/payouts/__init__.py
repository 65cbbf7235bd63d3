"""Friday's payments to owners: the only writer of `Payout.state` (R126–R128, R132, R133, A33; sinapay.md 6.3, 12).

A payout (owner, run, amount) lives through many attempts, each with its own number at Sina Pay, at most one not final.
The number is committed before the call. Unknown keeps the money in transit; only Sina's own list or a signed
notification ends an attempt, and a new number is given only when the old one is final.
"""

from billing.payouts.asking import next_due as query_next_due
from billing.payouts.asking import query_due
from billing.payouts.contradictions import resolve
from billing.payouts.outcomes import answer
from billing.payouts.overdue import alarm_due
from billing.payouts.overdue import next_due as alarm_next_due
from billing.payouts.retries import next_due as retry_next_due
from billing.payouts.retries import retry_due, retry_now, wake
from billing.payouts.runs import Chosen, Line, add, close_run, open_run
from billing.payouts.sending import next_due as send_next_due
from billing.payouts.sending import send_due

__all__ = [
    "Chosen",
    "Line",
    "add",
    "alarm_due",
    "alarm_next_due",
    "answer",
    "close_run",
    "open_run",
    "query_due",
    "query_next_due",
    "resolve",
    "retry_due",
    "retry_next_due",
    "retry_now",
    "send_due",
    "send_next_due",
    "wake",
]
