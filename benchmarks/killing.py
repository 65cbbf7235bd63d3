"""A Friday batch killed again and again, beside one that was left alone: the same lines, payouts, book and totals."""

import json
import os
import random
import subprocess
import sys
import time
from contextlib import closing
from typing import Any, Final

from benchmarks import scratch

CHUNK: Final = 200  # small, so that a kill falls between many and into one
KILLS: Final = 5
PAUSE: Final = 0.15  # seconds at most from the first chunk to the kill

# What the batch is, without what is random (the attempts' numbers) or may have gaps (ids).
_DIGEST: Final = """
SELECT md5(string_agg(part, '|' ORDER BY part)) FROM (
  SELECT concat_ws(',', 'payout', run.cutoff, payout.owner_id, payout.amount, payout.state, payout.problem,
                   array_agg((line.order_id, line.amount) ORDER BY line.order_id)) AS part
  FROM billing_payout payout JOIN billing_payoutrun run ON run.id = payout.run_id
  JOIN billing_payoutline line ON line.payout_id = payout.id GROUP BY payout.id, run.cutoff
  UNION ALL
  SELECT concat_ws(',', 'attempt', payout.owner_id, attempt.amount, attempt.state, attempt.card_id, attempt.next_at)
  FROM billing_payoutattempt attempt JOIN billing_payout payout ON payout.id = attempt.payout_id
  UNION ALL
  SELECT concat_ws(',', 'account', kind, advertiser_id, owner_id, balance, seq) FROM billing_ledgeraccount
  UNION ALL
  SELECT concat_ws(',', 'run', cutoff, orders, amount) FROM billing_payoutrun
  UNION ALL
  SELECT concat_ws(',', 'late', order_id, cutoff, reason) FROM orders_latesettlement
  UNION ALL
  SELECT concat_ws(',', 'notice', user_id, kind, body) FROM accounts_notice
) AS parts
"""
_BEGUN: Final = "SELECT count(*) FROM billing_payoutrun WHERE finished_at IS NULL"


def settle(url: str, *, chunk: int = 0) -> dict[str, Any]:
    """The batch in a process of its own, to its end; what it says of itself."""
    process = _start(url, chunk)
    last = ""
    for line in process.stdout or ():
        last = line
    if process.wait():
        raise SystemExit("the batch broke off")
    return dict(json.loads(last))


def killed(url: str) -> int:
    """Kill the batch at random moments (SIGKILL), then let it end; how many kills hit it at work."""
    hits = 0
    for _ in range(KILLS):
        process = _start(url, CHUNK)
        for line in process.stdout or ():
            if line.startswith("begun"):
                time.sleep(random.uniform(0, PAUSE))
                process.kill()
        process.wait()
        hits += _ask(url, _BEGUN)
    settle(url, chunk=CHUNK)
    return hits


def digest(url: str) -> str:
    return str(_ask(url, _DIGEST))


def _ask(url: str, query: str) -> Any:
    with closing(scratch.connect(url)) as opened, opened.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


def _start(url: str, chunk: int) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "benchmarks.settling", str(chunk)],
        cwd=scratch.ROOT,
        env=os.environ | {"DATABASE_URL": url},
        stdout=subprocess.PIPE,
        text=True,
    )
