"""The two messages that travel upward, sent inside the transaction of the decision; errors propagate and undo it.

Each has exactly one receiver, in `orders.receivers` (architecture 3).
"""

from typing import Any, Final

from django.dispatch import Signal

task_approved: Final = Signal()  # submission, by, now
task_halted: Final = Signal()  # task, decision, by, now


def tell(signal: Signal, **message: Any) -> None:
    """Send and make sure that somebody acted on it: a decision nobody carries out must not be recorded.

    Raises:
        RuntimeError: no receiver, or more than one.
    """
    answers = signal.send(sender=None, **message)
    if len(answers) != 1:
        text = f"a decision needs exactly one receiver, {len(answers)} answered"
        raise RuntimeError(text)
