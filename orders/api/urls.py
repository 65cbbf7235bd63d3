"""Paths of the API below /api/v1/."""

from django.urls import URLPattern, path

from orders.api import earnings, exports, orders, task_orders

urlpatterns: list[URLPattern] = [
    path("orders/", orders.OrdersView.as_view()),
    path("orders/<id:pk>/", orders.OrderView.as_view()),
    path("orders/<id:pk>/accept/", orders.OrderAcceptView.as_view()),
    path("orders/<id:pk>/refuse/", orders.OrderRefuseView.as_view()),
    path("tasks/<id:pk>/orders/", task_orders.TaskOrdersView.as_view()),
    path("tasks/<id:pk>/report/", task_orders.TaskReportView.as_view()),
    path("tasks/<id:pk>/report.xlsx", exports.TaskWorkbookView.as_view(), name="task_workbook"),
    path("earnings/", earnings.EarningsView.as_view()),
]
