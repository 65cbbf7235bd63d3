"""docs/states.md, drawn from the table of moves, so that the page cannot say something else than the code."""

from typing import Final

from django.utils import translation

from orders.labels import LABELS
from orders.moves import ENDED, FIRST, MOVES, Cause, Move, State

_HEAD: Final = """# States of an order

Drawn by `python manage.py draw_states` from `orders/moves.py`; do not edit by hand. An arrow that is not
here is refused by `orders.lifecycle`, and by a trigger of the database.

## Fulfilment
"""
_PAYMENT: Final = """
## Payment

The other axis: the state of the payout that holds the order's line (`billing.Payout.state`). Single-label surfaces show
it once it exists, with a retention badge beside it; filters match either axis.

```mermaid
stateDiagram-v2
    state "待付款" as pending
    state "已付款" as paid
    state "支付失败" as failed
    [*] --> pending: Friday batch
    [*] --> failed: no bound card
    pending --> paid: bank confirms
    pending --> failed: bank refuses
    paid --> failed: bank returns
    failed --> pending: card fixed, retry
```

## The twelve labels

| Label | Slug | Meaning |
|---|---|---|
"""


def page() -> str:
    """The whole page, in the source language of the labels."""
    with translation.override("zh-hans"):
        diagram = "\n".join(["```mermaid", "stateDiagram-v2", *_diagram(), "```"])
        table = "\n".join(["| From | To | Money | Causes |", "|---|---|---|---|", *map(_row, MOVES), _early_row()])
        labels = "\n".join(f"| {label} | `{label.slug}` | {label.meaning} |" for label in LABELS)
    return f"{_HEAD}\n{diagram}\n\n{table}\n{_PAYMENT}{labels}\n"


def _diagram() -> list[str]:
    names = [f'    state "{state.label}" as {state}' for state in State]
    arrows = [f"    {move.old} --> {move.new}" for move in MOVES]
    ends = [f"    {state} --> [*]" for state in ENDED]
    return [*names, f"    [*] --> {FIRST}: approval", *arrows, "    achieved --> achieved: 提前删除", *ends]


def _row(move: Move) -> str:
    causes = "、".join(str(cause.label) for cause in move.causes)
    return f"| {move.old.label} `{move.old}` | {move.new.label} `{move.new}` | {move.money.label} | {causes} |"


def _early_row() -> str:
    state = State.ACHIEVED
    return f"| {state.label} `{state}` | {state.label} + 提前删除 | 不动 | {Cause.DELETED.label} |"
