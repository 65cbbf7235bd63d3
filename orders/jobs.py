"""The sweeps of orders: what beat rings and whoever steps the clock runs (architecture 1.2, 7, spec 9)."""

from orders import (
    answering,
    closing,
    counting,
    digests,
    goodwill,
    halting,
    publishing,
    ratings,
    reminding,
    retention,
    settlement,
    standing,
)
from weitask.sweeps import Sweep, register

# A 派单 whose start has come falls to 流单 (R63); accepting checks the clock itself, so seconds do not matter (A19).
register(Sweep("orders.expire", answering.expire_due, answering.next_expiry))

# What the standing rules of owners accept, just after dispatch (R61).
register(Sweep("orders.standing", standing.act_due, standing.next_due))

# 24 hours, 2 hours and 30 minutes before a start that nobody has answered (R69).
register(Sweep("orders.reminders", reminding.send_due, reminding.next_due))

# Posts go out within seconds of their start (R80); a claim skips what another worker holds, so no lease.
register(Sweep("orders.publish", publishing.publish_due, publishing.publish_next_due))

# Posts of unknown fate are looked for from 180 s after sending on (R81).
register(
    Sweep(
        "orders.reconcile",
        publishing.reconcile_due,
        publishing.reconcile_next_due,
        leased=True,
    )
)

# Readings of live posts, and the 24-hour and 30-day verdicts (R82-R84).
register(Sweep("orders.readings", retention.check_due, retention.check_next_due, leased=True))

# Reposts, comments and likes for the reports (R87).
register(Sweep("orders.counts", counting.count_due, counting.count_next_due, leased=True, healthy_age=600))

# Looks for a cut-off without a batch; F16: when it looks decides nothing (R126).
register(Sweep("orders.settle", settlement.settle_due, settlement.next_due, healthy_age=900))

# The digest at a task's first start and at its last (R65, A20).
register(Sweep("orders.digests", digests.send_due, digests.next_due))

# Tasks that are over (spec 3).
register(Sweep("orders.close", closing.close_due, closing.next_due, healthy_age=600))

# Orders that were on the wire when their task was stopped (F45).
register(Sweep("orders.halts", halting.finish_due, halting.next_finish))

# Goodwill for stopped tasks that were our own fault (A22).
register(Sweep("orders.goodwill", goodwill.pay_due, goodwill.next_due, healthy_age=600))

# Ratings, once a day at 04:00 in Shanghai (A42).
register(Sweep("orders.ratings", ratings.refresh_due, ratings.next_due, healthy_age=1800))
