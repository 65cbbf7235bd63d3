"""The twelve labels, and the page of states (R100-R113, A2)."""

from pathlib import Path

import pytest
from django.conf import settings

from billing.models import Payout
from orders import drawing, labels, queries, settlement
from orders.models import Order
from orders.moves import MOVES, State
from tests.factories import MediaAccountFactory
from tests.moments import FRIDAY, HOUR
from tests.orders import world
from weitask import counting

SPEC = [
    "派单",
    "流单",
    "拒单",
    "已接单",
    "已发布",
    "已达成",
    "已完成",
    "订单失败",
    "已取消",
    "待付款",
    "已付款",
    "支付失败",
]


def settled(*, card=True):
    order = world.achieved()
    if card:
        world.with_card(order.owner)
    settlement.settle(cutoff=FRIDAY, now=FRIDAY + HOUR)
    return order


def test_there_are_the_twelve_labels_of_the_product_each_with_a_meaning():
    assert [str(label) for label in labels.LABELS] == SPEC
    assert all(str(label.meaning) for label in labels.LABELS)
    fulfilment = {label.value for label in labels.LABELS if not label.is_payout}
    assert fulfilment == set(State)
    assert {label.value for label in labels.LABELS if label.is_payout} == set(Payout.State)


@pytest.mark.django_db
def test_the_label_is_fulfilment_until_a_batch_took_the_order_in():
    order = world.achieved()
    assert str(labels.label(order)) == "已达成"
    assert labels.retention(order) == ""


@pytest.mark.django_db
@pytest.mark.parametrize(("card", "name"), [(True, "待付款"), (False, "支付失败")])
def test_the_payouts_label_wins_with_a_retention_badge_beside_it(card, name):
    order = settled(card=card)
    assert str(labels.label(order)) == name
    assert labels.retention(order) == "已达成"
    annotated = Order.objects.with_payout().get(pk=order.pk)
    assert str(labels.label(annotated)) == name


@pytest.mark.django_db
def test_a_deletion_after_24_hours_is_the_badge():
    order = world.achieved()
    Order.objects.filter(pk=order.pk).update(deleted_early=True)
    order.refresh_from_db()
    assert labels.retention(order) == "提前删除"


@pytest.mark.django_db
def test_filters_and_counts_match_either_axis():
    order = settled()
    other = world.one(accounts=[MediaAccountFactory(weibo__user=order.owner)])
    world.one()  # somebody else's
    for slug in ("achieved", "payout_pending"):
        assert list(Order.objects.with_label(slug)) == [order]
    assert list(Order.objects.visible_to_owner(order.owner).with_label("dispatched")) == [other]
    assert list(Order.objects.with_label("nonsense")) == []
    counts = queries.label_counts(owner=order.owner)
    assert {slug: count for slug, count in counts.items() if count} == {
        "dispatched": 1,
        "achieved": 1,
        "payout_pending": 1,
    }
    assert len(counts) == 12


@pytest.mark.django_db
def test_a_count_of_a_label_stops_where_the_page_says_so(monkeypatch):
    monkeypatch.setattr(counting, "LIST", 2)
    account = MediaAccountFactory()
    world.dispatched(accounts=[account] * 4, starts=[world.START + hour * HOUR for hour in range(4)])
    assert queries.label_counts(owner=account.owner)["dispatched"] == 3


def test_the_page_of_states_is_current():
    path = Path(settings.BASE_DIR) / "docs" / "states.md"
    assert path.read_text(encoding="utf-8") == drawing.page(), "run: python manage.py draw_states"


def test_every_move_stands_on_the_page():
    page = drawing.page()
    for move in MOVES:
        assert f"{move.old} --> {move.new}" in page
        assert f"| {move.old.label} `{move.old}` | {move.new.label} `{move.new}` | {move.money.label} |" in page


def test_drawing_writes_the_page(tmp_path, settings, capsys):
    from django.core.management import call_command

    settings.BASE_DIR = tmp_path
    (tmp_path / "docs").mkdir()
    call_command("draw_states")
    assert (tmp_path / "docs" / "states.md").read_text(encoding="utf-8") == drawing.page()
    assert "docs/states.md" in capsys.readouterr().out
