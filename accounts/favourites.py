"""收藏: accounts an advertiser marks, to find them again in the market (R21)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import connection

from accounts import queries
from accounts.models import Advertiser, Favourite
from weitask import arrays

_AMONG: Final = """
SELECT account_id FROM accounts_favourite WHERE advertiser_id = %s AND account_id = ANY (%s::bigint[])
"""


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
    with connection.cursor() as cursor:
        cursor.execute(_AMONG, [advertiser.pk, arrays.literal(account_ids)])
        return {account for (account,) in cursor.fetchall()}
