"""What waits for the finance desk: money that nobody could place (F25). Payments gone wrong have their alarms."""

from django.utils.translation import gettext_lazy as _

from billing.models import SuspenseItem
from weitask.work import Work, queue

queue(
    "suspense",
    Work(
        title=_("待查款项"),
        permission="billing.change_suspenseitem",
        rows=lambda _user: SuspenseItem.objects.filter(placed_at=None),
        url_name="admin:billing_suspenseitem_changelist",
        position=30,
        query="?placed_at__isempty=1",
    ),
)
