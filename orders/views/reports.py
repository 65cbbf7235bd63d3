"""结案报告: what a task brought, on one page that prints well (R66, R88)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from accounts.workspace import advertiser_required, own_advertiser
from orders import labels, results, spread
from orders.moves import HOLDING_MONEY
from tasks.models import Task
from weitask import clock
from weitask.gateways.weibo_text import post_url


@advertiser_required
@require_GET
def closing_report(request: HttpRequest, pk: int) -> HttpResponse:
    """The figures as they stand now; they are final once no order holds money any more."""
    task = get_object_or_404(Task.objects.visible_to(own_advertiser(request)), pk=pk)
    report = results.report(task)
    context = {
        "task": task,
        "report": report,
        "lines": [(line, _address(line)) for line in report.lines],
        "labels": [(labels.BY_SLUG[slug], count) for slug, count in report.by_label.items() if count],
        "chart": spread.chart(task),
        "final": not any(line.order.state in HOLDING_MONEY for line in report.lines),
        "now": clock.now(),
    }
    return render(request, "orders/report.html", context)


def _address(line: results.Line) -> str:
    order = line.order
    return post_url(order.account.weibo.uid, order.weibo_id) if order.weibo_id else ""
