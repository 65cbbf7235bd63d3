"""How a transaction that writes many rows has them planned."""

from django.db import connection


def by_index() -> None:
    """Plan by index for the rest of the transaction.

    Foreign keys are checked by plans a session keeps; made while a table was empty, they would read all of it for every
    row (measured: 20,000 rows took 20 s at the commit instead of 0.5 s, 1,000 orders 1.3 s instead of 0.1 s).
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
