"""The templates of the bare page: a base that is extended, and a table of twenty orders."""

from typing import Final

BASE: Final = """<!doctype html><html lang="zh"><head><title>{% block title %}{% endblock %}</title></head>
<body><nav>{% for name in "abcdef" %}<a href="/{{ name }}/">{{ name }}</a>{% endfor %}</nav>
<main>{% block main %}{% endblock %}</main></body></html>"""
PAGE: Final = """{% extends "base.html" %}{% block title %}订单{% endblock %}{% block main %}<table>
{% for order in orders %}<tr><td><a href="/orders/{{ order.pk }}/">{{ order.number }}</a></td>
<td>{{ order.account.screen_name }}</td><td>{{ order.state }}</td><td>{{ order.start_at|date:"m-d H:i" }}</td>
<td>{{ order.price }}</td><td>{{ order.text|truncatechars:40 }}</td><td>{{ order.account.followers }}</td></tr>
{% endfor %}</table>{% endblock %}"""
