"""Another user beside a sweep: looks at an inbox, accepts an order, is credited a recharge, again and again.

`python -m benchmarks.neighbour FIRST LAST` accepts the orders FIRST … LAST - 1 one by one, says `ready`, and goes on
until its input is closed. Then it prints the latencies of each deed in ms as JSON. A deed every 10 ms, as a person who
is never idle would do; each advertiser and owner in turn, so also those whose money the sweep is moving.
"""

import itertools
import json
import random
import select
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator

import django

PAUSE = 0.01  # seconds


def main(first: int, last: int) -> None:
    django.setup()
    deeds = _deeds(first, last)
    for deed in deeds.values():
        deed()  # connections and caches are warm
    took: dict[str, list[float]] = defaultdict(list)
    print("ready", flush=True)
    for name, deed in itertools.cycle(deeds.items()):
        if select.select([sys.stdin], [], [], PAUSE)[0]:
            break
        began = time.perf_counter()
        deed()
        took[name].append((time.perf_counter() - began) * 1_000)
    print(json.dumps(took), flush=True)


def _deeds(first: int, last: int) -> dict[str, Callable[[], object]]:
    from django.db import transaction

    from accounts.models import Advertiser, User
    from billing import ledger
    from billing.models import TopUp
    from orders import answering, queries
    from orders.models import Order
    from weitask import clock

    owners = list(User.objects.filter(identity="media").order_by("?")[:1000])
    advertisers = list(Advertiser.objects.order_by("?").values_list("pk", flat=True)[:1000])
    orders: Iterator[int] = iter(range(first, last))
    numbers = itertools.count(first * 1_000_000)
    cash = ledger.platform("cash")

    def page() -> None:
        list(queries.of_owner(random.choice(owners)).order_by("-id")[:20])

    def accept() -> None:
        order = Order.objects.select_related("owner").get(pk=next(orders))
        answering.accept(order=order, by=order.owner, ip="203.0.113.7", now=clock.now())

    def recharge() -> None:
        one = random.choice(advertisers)
        with transaction.atomic():
            now, available = clock.now(), ledger.account_ids(kind="available", advertiser_ids=[one])[one]
            paid = TopUp.objects.create(
                advertiser_id=one,
                number=f"NB{next(numbers)}",
                amount=100,
                state="success",
                created_at=now,
                ended_at=now,
            )
            ledger.post([ledger.NewTransfer("recharge", paid.pk, cash, available, 100)], at=now)

    return {"inbox": page, "accept": accept, "recharge": recharge}


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
