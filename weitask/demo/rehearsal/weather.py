"""What goes wrong at Weibo and at the bank: rules of the sandbox's faults, and how often each of them struck."""

from collections import Counter
from typing import Any, Final

from weitask.demo.control import Control

LOST, NEVER_DONE, OUTAGE, LOST_PAYOUT = "lost_answer", "failed_send", "weibo_outage", "lost_payout_answer"
_POSTING: Final = ("statuses/update", "statuses/upload_url_text", "statuses/repost")
LOST_SHARE, FAILED_SHARE = 0.03, 0.5  # of the posts
PAY: Final = "create_single_hosting_pay_to_card_trade"


class Weather:
    """Every rule strikes until it is ended; a seeded share is drawn by content, so threads change nothing."""

    def __init__(self, *, control: Control, seed: int) -> None:
        self.struck = Counter({LOST: 0, NEVER_DONE: 0, OUTAGE: 0, LOST_PAYOUT: 0})
        self._control = control
        self._seed = seed
        self._rules: dict[str, list[dict[str, Any]]] = {}
        self._kinds: dict[int, str] = {}

    def lost_answers(self) -> None:
        """Some posts are made although no answer comes (F03)."""
        rule = {"kind": "drop", "times": None, "probability": LOST_SHARE, "seed": f"{self._seed}-lost"}
        self.begin(LOST, *({"target": target, **rule} for target in _POSTING))

    def failed_sends(self) -> None:
        """Half of the posts fail although they were sent, until it is ended (F04)."""
        rule = {"kind": "http_503", "times": None, "probability": FAILED_SHARE, "seed": f"{self._seed}-failed"}
        self.begin(NEVER_DONE, *({"target": target, **rule} for target in _POSTING))

    def outage(self) -> None:
        """Weibo answers nothing but 503 until it is ended (F50, F54)."""
        self.begin(OUTAGE, {"target": "weibo", "kind": "http_503", "times": None})

    def lost_payout(self) -> None:
        """Payouts are accepted, but the answer is lost, until it is ended (F30)."""
        self.begin(LOST_PAYOUT, {"target": PAY, "kind": "drop", "times": None})

    def begin(self, kind: str, *rules: dict[str, Any]) -> None:
        """Let rules strike from now on."""
        self._rules[kind] = list(rules)
        for rule in rules:
            self._kinds[self._control.post("faults/", rule)["id"]] = kind

    def end(self, kind: str) -> None:
        """Back to good weather; the other rules go on."""
        self.count()
        self._rules.pop(kind, None)
        self._control.clear_faults()
        for other, rules in tuple(self._rules.items()):
            self.begin(other, *rules)

    def count(self) -> None:
        """Note how often each rule struck."""
        for rule in self._control.get("faults/"):
            if kind := self._kinds.pop(rule["id"], ""):
                self.struck[kind] += rule["hits"]

    def clear(self) -> None:
        """Good weather from now on."""
        self.count()
        self._rules.clear()
        self._control.clear_faults()
