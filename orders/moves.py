"""The table of moves (spec 3): every arrow an order may take, its cause and what it does to the money."""

from dataclasses import dataclass
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """Fulfilment (architecture 1.1). Payment is the other axis: `billing.Payout.state`."""

    DISPATCHED = "dispatched", _("派单")
    REFUSED = "refused", _("拒单")
    LAPSED = "lapsed", _("流单")
    ACCEPTED = "accepted", _("已接单")
    CANCELLED = "cancelled", _("已取消")
    PUBLISHED = "published", _("已发布")
    FAILED = "failed", _("订单失败")
    ACHIEVED = "achieved", _("已达成")
    COMPLETED = "completed", _("已完成")


class Cause(models.TextChoices):
    """Why an arrow was taken; decides the rating and what the pages say."""

    APPROVED = "approved", _("审核通过")
    OWNER = "owner", _("帐号主操作")
    SLOT_CLASH = "slot_clash", _("时段冲突")  # A18, unpenalised
    START_REACHED = "start_reached", _("开始时间到达")
    HALT = "halt", _("紧急叫停")
    OWNER_FAULT = "owner_fault", _("帐号原因")  # token gone, account cannot post (A24, A45)
    SOURCE_GONE = "source_gone", _("原微博不可用")  # advertiser's (A24)
    CONTENT_REFUSED = "content_refused", _("内容被微博拒绝")  # advertiser's
    PLATFORM = "platform", _("平台原因")  # A24
    POSTED = "posted", _("已确认发布")
    DELETED = "deleted", _("提前删除")
    KEPT = "kept", _("保留达标")
    EXEMPT = "exempt", _("叫停豁免")  # R86
    VERDICT = "verdict", _("人工裁定")


class Money(models.TextChoices):
    """What a move does to the frozen amount."""

    NONE = "none", _("不动")
    RELEASE = "release", _("解冻退回")
    EARN = "earn", _("计入收入")


@dataclass(frozen=True)
class Move:
    """One arrow: what it does to the money, and the causes it may have."""

    old: State
    new: State
    money: Money
    causes: tuple[Cause, ...]


FIRST: Final = State.DISPATCHED
_NOT_POSTABLE: Final = (Cause.OWNER_FAULT, Cause.SOURCE_GONE, Cause.CONTENT_REFUSED, Cause.PLATFORM)
_STANDS: Final = (Cause.KEPT, Cause.EXEMPT, Cause.VERDICT)
MOVES: Final = (
    Move(State.DISPATCHED, State.ACCEPTED, Money.NONE, (Cause.OWNER,)),
    Move(State.DISPATCHED, State.REFUSED, Money.RELEASE, (Cause.OWNER, Cause.SLOT_CLASH)),
    Move(State.DISPATCHED, State.LAPSED, Money.RELEASE, (Cause.START_REACHED,)),
    Move(State.DISPATCHED, State.CANCELLED, Money.RELEASE, (Cause.HALT, *_NOT_POSTABLE)),
    Move(State.ACCEPTED, State.CANCELLED, Money.RELEASE, (Cause.HALT, *_NOT_POSTABLE, Cause.VERDICT)),
    Move(State.ACCEPTED, State.PUBLISHED, Money.NONE, (Cause.POSTED, Cause.VERDICT)),
    Move(State.PUBLISHED, State.FAILED, Money.RELEASE, (Cause.DELETED, Cause.VERDICT)),
    Move(State.PUBLISHED, State.ACHIEVED, Money.EARN, _STANDS),
    Move(State.ACHIEVED, State.COMPLETED, Money.NONE, _STANDS),
)
BY_PAIR: Final = {(move.old, move.new): move for move in MOVES}
HOLDING_MONEY: Final = (State.DISPATCHED, State.ACCEPTED, State.PUBLISHED)
TAKES_SLOT: Final = (State.ACCEPTED, State.PUBLISHED, State.ACHIEVED, State.COMPLETED, State.FAILED)
POSTED: Final = (State.PUBLISHED, State.ACHIEVED, State.COMPLETED, State.FAILED)
UNCHARGED: Final = (State.REFUSED, State.LAPSED, State.CANCELLED, State.FAILED)  # R67
EARNED: Final = (State.ACHIEVED, State.COMPLETED)
ENDED: Final = (*UNCHARGED, State.COMPLETED)  # and 已达成 with 提前删除 (A4)
