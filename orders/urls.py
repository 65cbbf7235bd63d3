"""Pages: homes, help, and the orders of owners and advertisers."""

from typing import Final

from django.db import connection
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Identity, User
from accounts.workspace import Entry, menu
from orders.views import (
    advertiser_home,
    calendar,
    exports,
    help,
    home,
    inbox,
    market_account,
    ratings,
    reports,
    standing,
    tasks,
)
from weitask import clock, counting

urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("trend/", advertiser_home.trend, name="trend"),
    path("help/", help.help_centre, name="help"),
    path("help/<slug:slug>/", help.article, name="help_article"),
    path("lessons/", help.lessons, name="lessons"),
    path("lessons/<int:pk>/", help.lesson, name="lesson"),
    path("support/", help.support, name="support"),
    path("market/<int:pk>/", market_account.account, name="market_account"),
    path("tasks/", tasks.tasks, name="tasks"),
    path("tasks/<int:pk>/", tasks.task, name="task"),
    path("tasks/<int:pk>/story/", tasks.task_story, name="task_story"),
    path("tasks/<int:pk>/report/", reports.closing_report, name="task_report"),
    path("tasks/<int:pk>/add/", tasks.add, name="task_add_orders"),
    path("tasks/<int:pk>/report.xlsx", exports.task_export, name="task_export"),
    path("tasks/orders/<int:pk>/", tasks.advertiser_order, name="task_order"),
    path("orders/", inbox.orders, name="orders"),
    path("orders/calendar/", calendar.calendar, name="orders_calendar"),
    path("media/<int:pk>/rating/", ratings.rating, name="media_rating"),
    path("media/<int:pk>/rule/", standing.rule, name="media_rule"),
    path("media/<int:pk>/rule/drop/", standing.drop, name="media_rule_drop"),
    path("orders/accept/", inbox.accept_many, name="orders_accept"),
    path("orders/<int:pk>/", inbox.order, name="order"),
    path("orders/<int:pk>/accept/", inbox.accept, name="order_accept"),
    path("orders/<int:pk>/refuse/", inbox.refuse, name="order_refuse"),
]


_WAITING: Final = """
SELECT count(*) FROM (
    SELECT FROM orders_order WHERE owner_id = %s AND state = 'dispatched' AND start_at > ({now}) LIMIT %s
) AS few
"""


def waiting(user: User) -> int:
    """Orders that still wait for an owner's answer, for the badge of the menu: every page asks."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITING.format(now=clock.NOW), [user.pk, counting.BADGE + 1])
        return int(cursor.fetchone()[0])


_EVERYBODY = (Identity.PERSONAL, Identity.ENTERPRISE, Identity.MEDIA)
menu(Entry(_("首页"), "home", "home", _EVERYBODY, 10))
menu(Entry(pgettext_lazy("page", "订单"), "orders", "inbox", (Identity.MEDIA,), 20, waiting))
menu(Entry(pgettext_lazy("page", "任务"), "tasks", "clipboard-list", (Identity.PERSONAL, Identity.ENTERPRISE), 20))
