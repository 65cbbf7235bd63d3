"""收藏: accounts an advertiser marks, to find them again in the market (R21)."""

from collections.abc import Sequence
from datetime import datetime

from accounts import queries
from accounts.models import Advertiser, Favourite


def mark(*, account_id: int, by: Advertiser, now: datetime) -> None:
    """Mark an account; marking it twice is marking it once.

    Raises:
        MediaAccount.DoesNotExist: it is outside the advertiser's view (R5).
    """
    account = queries.visible_account(advertiser=by, account_id=account_id)
    Favourite.objects.get_or_create(advertiser=by, account=account, defaults={"at": now})


def unmark(*, account_id: int, by: Advertiser) -> None:
    """Take the mark away, also from an account that cannot be seen any more."""
    Favourite.objects.filter(advertiser=by, account_id=account_id).delete()


def among(*, advertiser: Advertiser, account_ids: Sequence[int]) -> set[int]:
    """Which of these accounts the advertiser marked, in one query."""
    marked = Favourite.objects.filter(advertiser=advertiser, account_id__in=account_ids)
    return set(marked.values_list("account_id", flat=True))
