"""The sweeps of this app."""

from accounts import outbox, profiles, suspensions, weibo_binding
from weitask.sweeps import Sweep, register

register(
    Sweep(
        name="accounts.profiles",
        run=profiles.refresh_due,
        next_due=profiles.next_due,
        leased=True,
    )
)
register(
    Sweep(
        name="accounts.tokens",
        run=weibo_binding.watch_tokens,
        next_due=weibo_binding.tokens_next_due,
    )
)
register(
    Sweep(
        name="accounts.notices",
        run=outbox.deliver_due,
        next_due=outbox.next_due,
        leased=True,
    )
)
register(
    Sweep(
        name="accounts.suspensions",
        run=suspensions.end_due,
        next_due=suspensions.next_due,
        healthy_age=600,
    )
)
