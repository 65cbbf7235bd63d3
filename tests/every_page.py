"""Every page of the product, once: who opens it and where it is. What looks at all of them walks this list: pictures,
axe and sizes (tests/journeys) and times. `tests/pages/test_no_page_is_forgotten.py` finds the page that is missing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.contrib import admin
from django.urls import reverse
from django.utils.encoding import iri_to_uri

ANYBODY: Final = ""  # nobody is logged in
CHIEF: Final = "admin"


@dataclass(frozen=True)
class Page:
    """One page of one person.

    Attributes:
        name: of its picture.
        url: name of its address.
        args: arguments of the address, each a word or the name of a row of `demo_rows`.
        query: what follows the address; `{…}` is a row here too.
        has_charts: it draws with ECharts, which weighs.
        status: of the answer.
    """

    name: str
    url: str
    args: tuple[str, ...] = ()
    query: str = ""
    has_charts: bool = False
    status: int = 200

    def path(self, rows: Mapping[str, object]) -> str:
        args = [str(rows.get(arg, arg)) for arg in self.args]
        return reverse(self.url, args=args) + iri_to_uri(self.query.format(**rows))


PEOPLE: Final[dict[str, tuple[Page, ...]]] = {
    ANYBODY: (
        Page("landing", "home"),
        Page("login", "account_login"),
        Page("signup", "account_signup"),
        Page("password-reset", "account_reset_password"),
        Page("password-reset-sent", "account_reset_password_done"),
        Page("password-reset-stale", "account_reset_password_from_key", ("0", "stale")),
        Page("password-reset-done", "account_reset_password_from_key_done"),
        Page("inactive", "account_inactive"),
        Page("weibo-cancelled", "socialaccount_login_cancelled"),
        Page("weibo-failed", "socialaccount_login_error", status=401),
        Page("help", "help"),
        Page("help-search", "help", query="?q=充值"),
        Page("help-article", "help_article", ("order-states",)),
        Page("lessons", "lessons"),
        Page("lessons-none", "lessons", query="?q=没有这样的课程"),
        Page("lesson", "lesson", ("lesson",)),
        Page("support", "support"),
        Page("quote", "quote", ("quote",)),
        Page("quote-gone", "quote", ("gone",), status=404),
    ),
    "geren": (
        Page("personal-home", "home", has_charts=True),
        Page("personal-market", "market"),
        Page("personal-account", "market_account", ("specific_account",), has_charts=True),
        Page("personal-editor", "task_new"),
        Page("personal-tasks", "tasks"),
        Page("tasks-none", "tasks", query="?state=halted"),
        Page("personal-task", "task", ("personal_task",)),
        Page("personal-wallet", "wallet"),
        Page("personal-weibo", "weibo_accounts"),
        Page("personal-identity", "identity"),
    ),
    "qiye": (
        Page("advertiser-home", "home", has_charts=True),
        Page("tasks", "tasks"),
        Page("task", "task", ("task",), has_charts=True),
        Page("task-lapsed", "task", ("lapsed_task",)),
        Page("task-order", "task_order", ("task_order",)),
        Page("task-report", "task_report", ("task",), has_charts=True),
        Page("task-add", "task_add_orders", ("live_task",)),
        Page("task-quotes", "task_quotes", ("draft",)),
        Page("export", "export", ("export",)),
        Page("editor-new", "task_new"),
        Page("editor", "task_edit", ("draft",)),
        Page("market", "market"),
        Page("market-none", "market", query="?q=没有这样的帐号"),
        Page("choose", "market", query="?task={draft}"),
        Page("market-account", "market_account", ("account",), has_charts=True),
        Page("compare", "market_compare", query="?account={account}&account={specific_account}"),
        Page("wallet", "wallet"),
        Page("wallet-none", "wallet", query="?reason=goodwill&to=2020-01-01"),
        Page("recharges", "recharges"),
        Page("recharge", "recharge"),
        Page("recharge-open", "recharge_return", ("recharge",)),
        Page("identity", "identity"),
        Page("weibo-none", "weibo_accounts"),
    ),
    "zimeiti": (
        Page("owner-home", "home"),
        Page("orders", "orders"),
        Page("orders-open", "orders", query="?state=dispatched"),
        Page("calendar", "orders_calendar"),
        Page("order-open", "order", ("open_order",)),
        Page("order-posted", "order", ("posted_order",)),
        Page("media", "media_accounts"),
        Page("media-account", "media_account", ("own_account",)),
        Page("rating", "media_rating", ("own_account",), has_charts=True),
        Page("rule", "media_rule", ("own_account",)),
        Page("earnings", "earnings"),
        Page("payouts", "payouts"),
        Page("bank-card", "bank_card"),
        Page("weibo", "weibo_accounts"),
        Page("weibo-revoked", "weibo_accounts", query="?state=revoked"),
        Page("notices", "notices"),
        Page("notice-channels", "notice_channels"),
        Page("password-change", "account_change_password"),
        Page("email", "account_email"),
        Page("email-sent", "account_email_verification_sent"),
        Page("email-stale", "account_confirm_email", ("stale",)),
        Page("weibo-logins", "socialaccount_connections"),
        Page("second-step", "mfa_index"),
        Page("second-step-on", "mfa_activate_totp"),
        Page("reauthenticate", "account_reauthenticate"),
        Page("logout", "account_logout"),
    ),
}

# What stands behind a right of the desk, beside its lists: those and one row of each are the chief's.
DESK: Final[dict[str, tuple[Page, ...]]] = {
    "shenhe": (
        Page("admin", "admin:index"),
        Page("admin-queue", "admin:tasks_submission_changelist"),
        Page("admin-queue-all", "admin:tasks_submission_changelist", query="?state=all"),
        Page("admin-submission", "admin:tasks_submission_change", ("submission",)),
        Page("admin-approve", "admin:tasks_submission_approve", ("submission",)),
        Page("admin-reject", "admin:tasks_submission_reject", ("submission",)),
        Page("admin-halt", "admin:tasks_task_halt_one", ("live_task",)),
        Page("admin-halted", "admin:tasks_task_halt_sheet", ("halted_task",)),
        Page("admin-pool", "admin:accounts_mediaaccount_unlist_specific", ("specific_account",)),
        Page("admin-verdict", "admin:orders_order_decide_one", ("undecided_order",)),
        Page("admin-reclass", "admin:orders_order_reclass_one", ("refused_order",)),
        Page("admin-let-go", "admin:orders_order_let_go", ("accepted_order",)),
        Page("admin-rule-new", "admin:tasks_rule_add"),
        Page("admin-rule-try", "admin:tasks_rule_try"),
        Page("admin-account", "admin:accounts_mediaaccount_change", ("own_account",)),
        Page("admin-export", "admin:export", ("desk_export",)),
        Page("admin-search", "admin:accounts_mediaaccount_changelist", query="?q=没有这样的帐号"),
    ),
    "caiwu": (
        Page("admin-finance", "admin:index"),
        Page("admin-payouts", "admin:billing_payout_changelist"),
        Page("admin-failed-payouts", "admin:billing_payout_changelist", query="?state__exact=failed"),
        Page("admin-payout", "admin:billing_payout_change", ("billing_payout",)),
        Page("admin-credit", "admin:billing_creditlimit_changelist"),
        Page("admin-statement", "admin:billing_entry_changelist", query="?account__id__exact={ledger_account}"),
    ),
}


def everybody(rows: Mapping[str, object]) -> dict[str, list[Page]]:
    """The pages of each person, the name of their login first."""
    return {name: list(pages) for name, pages in (*PEOPLE.items(), *DESK.items(), (CHIEF, _of_the_chief(rows)))}


def _of_the_chief(rows: Mapping[str, object]) -> list[Page]:
    """Every list of the desk, and the page of its newest row where there is one."""
    found = []
    for model in admin.site._registry:
        address = model._meta.label_lower.replace(".", "_")
        found.append(Page(f"list-{address}", f"admin:{address}_changelist"))
        if address in rows:
            found.append(Page(f"row-{address}", f"admin:{address}_change", (address,)))
    return found
