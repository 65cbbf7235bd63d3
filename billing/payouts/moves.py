"""The one door of `Payout.state`; which arrows exist, the trigger of the table says (spec 3)."""

from typing import Any

from billing.models import Payout


class Moved(Exception):
    """The payout is no longer in the state it was thought to be in."""


def move(*, payout_id: int, old: Payout.State, new: Payout.State, **values: Any) -> None:
    """Move a payout from one state to another, with other columns on the way.

    Raises:
        Moved: it is not in `old`; nothing was changed.
    """
    if Payout.objects.filter(pk=payout_id, state=old).update(state=new, **values) != 1:
        message = f"payout {payout_id} is not {old}"
        raise Moved(message)
