"""What notices are about, for choosing how each topic reaches a person (R65, R69)."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class Topic(models.TextChoices):
    """A topic a person may keep from Weibo, or ask for by e-mail."""

    ORDERS = "orders", _("订单：派单、开始前的提醒、取消和评级")
    TASKS = "tasks", _("任务：审核结果、开始和结束")
    MONEY = "money", _("资金：充值和结算")
    ACCOUNTS = "accounts", _("帐号：授权、审核和暂停")


# By how a notice's kind begins.
_BEGINNINGS: Final = {
    "order_": Topic.ORDERS,
    "lapse_": Topic.ORDERS,
    "task_": Topic.TASKS,
    "recharged": Topic.MONEY,
    "payout_": Topic.MONEY,
    "weibo_": Topic.ACCOUNTS,
    "account_": Topic.ACCOUNTS,
}


def topic_of(kind: str) -> Topic:
    """The topic of a kind of notice.

    Raises:
        LookupError: a kind that no topic is named for.
    """
    for beginning, topic in _BEGINNINGS.items():
        if kind.startswith(beginning):
            return topic
    raise LookupError(kind)


def beginnings_of(topic: Topic) -> list[str]:
    """How the kinds of notices about a topic begin."""
    return [beginning for beginning, its in _BEGINNINGS.items() if its == topic]
