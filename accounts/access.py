"""Roles of the people behind the admin: three groups with least privilege, owned by this module (R16)."""

from typing import Any, Final

from django.apps import AppConfig
from django.contrib.auth.models import Group, Permission
from django.utils.translation import gettext as _

from accounts.models import User
from weitask.refusal import Forbidden

TASK_REVIEW: Final = "任务审核"
ACCOUNT_REVIEW: Final = "帐号审核"
FINANCE: Final = "财务"

# What each group may do, as app label → codenames. `add_…decision` is the right to decide.
GROUPS: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    TASK_REVIEW: {
        "tasks": (
            "view_task",
            "view_submission",
            "view_decision",
            "add_decision",
            "view_reasontemplate",
            "add_reasontemplate",
            "change_reasontemplate",
            "view_rule",
            "add_rule",
            "change_rule",
            "delete_rule",
            "view_rulecategory",
            "view_ruleset",
        ),
        "orders": (
            "view_order",
            "view_orderevent",
            "view_reading",
            "view_publishattempt",
            "view_verdict",
            "add_verdict",
        ),
        "accounts": ("view_mediaaccount", "view_category"),
        "weitask": ("view_alarm", "change_alarm"),
    },
    ACCOUNT_REVIEW: {
        "accounts": (
            "view_mediaaccount",
            "view_accountdecision",
            "add_accountdecision",
            "view_suspensionproposal",
            "view_weiboaccount",
            "view_ratingscore",
            "view_category",
            "add_category",
            "change_category",
        ),
        "orders": (
            "view_order",
            "view_orderevent",
            "view_reading",
            "view_publishattempt",
            "view_verdict",
            "view_ratingappeal",
            "change_ratingappeal",
        ),
        "weitask": ("view_alarm", "change_alarm", "view_lesson", "add_lesson", "change_lesson"),
    },
    FINANCE: {
        "billing": (
            "view_ledgeraccount",
            "view_transfer",
            "view_entry",
            "view_hold",
            "view_topup",
            "view_paymentnotice",
            "view_suspenseitem",
            "change_suspenseitem",
            "view_creditlimit",
            "add_creditlimit",
            "view_feerate",
            "add_feerate",
            "view_bankcard",
            "view_payoutrun",
            "view_payout",
            "view_payoutline",
            "view_payoutattempt",
            "change_payout",
        ),
        "orders": ("view_order", "view_reading"),
        "accounts": ("view_advertiser", "view_mediaaccount"),
        "weitask": ("view_alarm", "change_alarm"),
    },
}
DECIDE_TASKS: Final = "tasks.add_decision"
PUBLISH_RULES: Final = "tasks.add_ruleset"  # no group's: reviewers propose rules, an administrator publishes them
DECIDE_ORDERS: Final = "orders.add_verdict"
DECIDE_ACCOUNTS: Final = "accounts.add_accountdecision"
DECIDE_APPEALS: Final = "orders.change_ratingappeal"
HANDLE_MONEY: Final = "billing.change_payout"


def grant(*, sender: AppConfig, **_kwargs: Any) -> None:
    """After each migrate: give the groups exactly what the table says about the app just migrated. Idempotent."""
    for name, apps in GROUPS.items():
        group, _created = Group.objects.get_or_create(name=name)
        wanted = Permission.objects.filter(
            content_type__app_label=sender.label, codename__in=apps.get(sender.label, ())
        )
        held = group.permissions.filter(content_type__app_label=sender.label)
        group.permissions.remove(*held.exclude(pk__in=wanted))
        group.permissions.add(*wanted)


def require(*, user: User, permission: str) -> None:
    """Refuse unless an active staff member holds the permission, by group or as superuser.

    Raises:
        Forbidden: `not_allowed`.
    """
    if not (user.is_active and user.is_staff and user.has_perm(permission)):
        raise Forbidden("not_allowed", _("您没有执行此操作的权限"))


def require_reviewer(user: User) -> None:
    """任务审核: may approve, reject and stop tasks."""
    require(user=user, permission=DECIDE_TASKS)


def require_order_judge(user: User) -> None:
    """May decide orders that the evidence leaves open (A6, A7)."""
    require(user=user, permission=DECIDE_ORDERS)


def require_account_reviewer(user: User) -> None:
    """帐号审核: may decide authorisations and applications, suspend and resume."""
    require(user=user, permission=DECIDE_ACCOUNTS)


def require_appeal_judge(user: User) -> None:
    """帐号审核: may decide what owners say against their rating."""
    require(user=user, permission=DECIDE_APPEALS)


def require_finance(user: User) -> None:
    """财务: may act on payouts, refunds, invoices and what is in suspense."""
    require(user=user, permission=HANDLE_MONEY)


def is_reviewer(user: User) -> bool:
    """Whether the review queue concerns this user, for menus and API permissions."""
    return user.is_active and user.is_staff and user.has_perm(DECIDE_TASKS)
