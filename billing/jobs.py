"""The sweeps of money. A row says when it is due."""

from billing import payouts, topups
from weitask.sweeps import Sweep, register

register(Sweep("billing.topups", topups.query_due, topups.next_due, leased=True))
register(Sweep("billing.payouts.send", payouts.send_due, payouts.send_next_due, leased=True))
register(Sweep("billing.payouts.query", payouts.query_due, payouts.query_next_due, leased=True))
register(Sweep("billing.payouts.retry", payouts.retry_due, payouts.retry_next_due, healthy_age=300))
register(Sweep("billing.alarms", payouts.alarm_due, payouts.alarm_next_due, healthy_age=300))
