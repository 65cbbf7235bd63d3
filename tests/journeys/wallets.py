"""What the wallet page says, in fen."""

from dataclasses import dataclass

from tests.journeys.browser import Window
from weitask import money

_READ = """() => Object.fromEntries([
  ...[...document.querySelectorAll(".card-sm")].map((card) =>
    [card.querySelector(".subheader").textContent.trim(), card.querySelector(".h2").textContent.trim()]),
  ...[...document.querySelectorAll(".text-secondary + strong")].map((figure) =>
    [figure.previousElementSibling.textContent.trim(), figure.textContent.trim()]),
])"""


@dataclass(frozen=True)
class Figures:
    """All figures of a wallet in fen; those not named are zero."""

    balance: int = 0
    available: int = 0
    frozen: int = 0
    held: int = 0
    spendable: int = 0
    recharged: int = 0


def read(window: Window) -> Figures:
    """Open the wallet and read it."""
    window.go("/wallet/")
    shown = window.page.evaluate(_READ)
    names = ("余额", "可用余额", "冻结金额", "审核预占", "可支配", "累计充值")
    return Figures(*(fen(shown[window.word(name)]) for name in names))


def earnings(window: Window) -> dict[str, int]:
    """Open an owner's earnings: 待结算, 付款在途 and 已付款."""
    window.go("/earnings/")
    shown = window.page.evaluate(_READ)
    return {name: fen(shown[name]) for name in ("待结算", "付款在途", "已付款")}


def fen(shown: str) -> int:
    return money.fen(shown.removeprefix("¥").replace(",", ""))
