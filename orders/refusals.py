"""Why an owner may refuse: coded reasons as data; a groundless one costs rating (R62, R64, A40)."""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from orders.moves import Cause


@dataclass(frozen=True)
class Ground:
    """A reason to refuse.

    Attributes:
        code: what the form and the API send.
        name: what the owner chooses from.
        fair: whether it leaves the rating alone.
    """

    code: str
    name: Promise
    fair: bool


GROUNDS: Final = (
    Ground("style", _("与帐号风格不符"), fair=True),
    Ground("compliance", _("担心内容违规"), fair=True),
    Ground("content", _("内容有误或链接失效"), fair=True),
    Ground("time", _("时间安排不便"), fair=True),
    Ground("price", _("对价格不满意"), fair=False),
    Ground("none", _("不想执行"), fair=False),
)
BY_CODE: Final = {ground.code: ground for ground in GROUNDS}
UNFAIR: Final = tuple(ground.code for ground in GROUNDS if not ground.fair)
SLOT_CLASH: Final = str(Cause.SLOT_CLASH)  # written by the platform; never chosen, never penalised (A18)
LEAST: Final = 10  # characters of the detailed reason, white space not counted
MOST: Final = 300


def name_of(code: str) -> str:
    """A stored code in words."""
    return str(BY_CODE[code].name) if code in BY_CODE else str(Cause(code).label) if code else ""
