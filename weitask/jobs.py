"""The sweeps of no app: what the platform itself tidies up."""

from weitask import clock, exports, idempotency
from weitask.sweeps import Sweep, register

# Keys are kept 48 h of real time (spec 7); the demo clock must not step to it, nor make it forget sooner.
register(
    Sweep(
        name="weitask.idempotency",
        run=lambda _now: idempotency.forget_old(now_real=clock.real()),
        next_due=lambda _now: None,
        healthy_age=3 * 3600,
    )
)

# Workbooks too long for a page to wait for, one at a time (R89).
register(Sweep("weitask.exports", exports.make_due, exports.next_due, leased=True, healthy_age=900))
