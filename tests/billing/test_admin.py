"""The finance desk: what 财务 sees and does, and what nobody else does (R16, A48)."""

import re

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.utils.html import strip_tags

from accounts import access
from billing import holds, payouts, suspense, topups
from billing.models import AccountKind, BankCard, CreditLimit, FeeRate, LedgerAccount, Payout, SuspenseItem, TopUp
from tests.accounts.people import in_group, prove
from tests.billing.book import earn, overwrite, recharge
from tests.billing.sina import QUERY_DEPOSIT, QUERY_PAYOUT, bind, tell
from tests.billing.test_payouts import TEN, attempt, batch
from tests.billing.test_suspense import parked
from tests.factories import AdvertiserFactory, UserFactory
from tests.moments import FRIDAY
from weitask import clock
from weitask.models import SecurityEvent

pytestmark = pytest.mark.django_db
MODELS = [
    *("topup", "suspenseitem", "paymentnotice", "payoutrun", "payout", "bankcard"),
    *("ledgeraccount", "entry", "transfer", "creditlimit", "feerate", "hold"),
]


@pytest.fixture
def desk(client):
    user = in_group(access.FINANCE)
    client.force_login(user)
    prove(client.session, user)
    return user


def page(client, model: str, path: str = "", **query) -> str:
    answer = client.get(f"/admin/billing/{model}/{path}", query)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def do(client, row, action: str, **data):
    model = row._meta.model_name
    return client.post(f"/admin/billing/{model}/{row.pk}/{action}/", {"_form_submitted": "on", **data})


def said(answer) -> str:
    """The last thing the page said."""
    return [str(message) for message in get_messages(answer.wsgi_request)][-1]


def a_little_of_everything(now) -> None:
    advertiser = AdvertiserFactory(name="城南食品")
    recharge(advertiser, 123_456)
    holds.place(submission_id=1, advertiser_id=advertiser.pk, amount=500, now=now)
    CreditLimit.objects.create(advertiser=advertiser, amount=1, contract="HT", valid_from=now, by=UserFactory())
    FeeRate.objects.create(rate_bp=550, valid_from=now)
    earn(AdvertiserFactory(), owner := UserFactory(), {1: 10_000})
    run = payouts.open_run(cutoff=FRIDAY, now=now)
    payouts.add(run=run, lines=[payouts.Line(1, owner.pk, 10_000)], now=now)
    parked(now)


@pytest.mark.parametrize("model", MODELS)
def test_every_list_and_every_row_can_be_read_and_none_edited(client, desk, now, model):
    a_little_of_everything(now)
    page(client, model)
    row = apps.get_model("billing", model).objects.order_by("pk").first()
    if row is None:
        return
    assert 'name="_save"' not in page(client, model, f"{row.pk}/change/")
    assert client.get(f"/admin/billing/{model}/add/").status_code == 403
    assert client.post(f"/admin/billing/{model}/{row.pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("group", [access.TASK_REVIEW, access.ACCOUNT_REVIEW])
@pytest.mark.parametrize("model", MODELS)
def test_other_groups_see_no_money(client, group, model):
    client.force_login(in_group(group))
    assert client.get(f"/admin/billing/{model}/").status_code == 403


def test_the_statement_of_an_account_shows_its_lines_only_in_yuan(client, desk, now):
    a_little_of_everything(now)
    account = LedgerAccount.objects.get(kind=AccountKind.AVAILABLE, advertiser__name="城南食品")
    assert f"account__id__exact={account.pk}" in page(client, "ledgeraccount")
    statement = page(client, "entry", account__id__exact=account.pk)
    assert "1,234.56" in statement
    assert "100.00" not in statement  # what the other advertiser paid


def test_platform_cash_is_shown_from_the_platforms_side(client, desk, now):
    recharge(AdvertiserFactory(), 123_456)
    assert "-1,234.56" not in page(client, "ledgeraccount", kind__exact="cash")


@pytest.mark.parametrize("model", ["topup", "entry", "transfer", "ledgeraccount", "hold", "creditlimit"])
def test_ones_own_money_never_appears(client, desk, now, model):
    mine = AdvertiserFactory(user=desk, name="自己的公司")
    recharge(mine, 777_777)
    holds.place(submission_id=1, advertiser_id=mine.pk, amount=777_777, now=now)
    CreditLimit.objects.create(advertiser=mine, amount=777_777, contract="HT", valid_from=now, by=UserFactory())
    assert "自己的公司" not in page(client, model)


def test_a_topup_can_be_checked_with_sina(client, desk, sina, now):
    topup = topups.start(advertiser=AdvertiserFactory(), amount=5_000, payer_ip="203.0.113.9", now=now)
    sina.pay(topup.number, notify="never")
    assert "/ask/" in page(client, "topup", f"{topup.pk}/change/")
    do(client, topup, "ask")
    assert TopUp.objects.get().state == "success"
    assert f"/{topup.pk}/ask/" not in page(client, "topup", f"{topup.pk}/change/")


def test_money_in_suspense_is_placed_with_the_advertiser_it_belongs_to(client, desk, now):
    item, advertiser = parked(now), AdvertiserFactory()
    assert "不能撤回" in client.get(f"/admin/billing/suspenseitem/{item.pk}/place/").content.decode()
    do(client, item, "place", advertiser=advertiser.pk)
    assert (SuspenseItem.objects.get().advertiser, SuspenseItem.objects.get().placed_by) == (advertiser, desk)


def test_an_advertiser_that_does_not_exist_gets_no_money(client, desk, now):
    item = parked(now)
    do(client, item, "place", advertiser=999_999)
    assert SuspenseItem.objects.get().placed_at is None


def test_a_claim_is_verified_at_sina_first(client, desk, sina, now):
    topup = topups.start(advertiser=AdvertiserFactory(), amount=5_000, payer_ip="203.0.113.9", now=now)
    item = suspense.park(number=topup.number, amount=5_000, reason="x", now=now)
    assert said(do(client, item, "verify")) == "新浪支付没有这笔成功的付款"
    sina.fault(QUERY_DEPOSIT, "http_500")
    assert said(do(client, item, "verify")) == "新浪支付暂时没有回答，请稍后再试"
    sina.pay(topup.number, notify="never")
    do(client, item, "verify")
    assert SuspenseItem.objects.get().confirmed_at == now


def test_a_claim_under_a_number_that_cannot_be_ours_is_for_people_to_settle(client, desk, sina, now):
    item = suspense.park(number="a^b", amount=5_000, reason="x", now=now)
    assert "人工" in said(do(client, item, "verify"))


@pytest.fixture
def failed(sina, now) -> Payout:
    """A payout the bank refused, of an owner with a bound card."""
    sina.opening(1_000_000)
    owner = UserFactory()
    bind(owner, now=now)
    batch(owner)
    payouts.send_due(TEN)
    tell(sina.settle(attempt().number, "failed"), now=TEN)
    return Payout.objects.get()


def test_a_failed_payout_is_tried_again_with_one_click(client, desk, failed):
    shown = page(client, "payout", f"{failed.pk}/change/")
    assert failed.attempts.get().number in shown
    answer = do(client, failed, "retry")
    assert said(answer) == "已安排重新付款，一分钟内发出"
    assert Payout.objects.get().retry_at == clock.now()


def test_a_payout_shows_its_attempts_and_orders_in_words(client, desk, failed):
    shown = page(client, "payout", f"{failed.pk}/change/")
    assert "中国工商银行（尾号" in shown
    assert "object (" not in shown


def test_many_failed_payouts_are_tried_again_together(client, desk, failed):
    selected = {"action": "retry_selected", "_selected_action": [failed.pk]}
    assert said(client.post("/admin/billing/payout/", selected)) == "已安排重新付款 1 笔"
    payouts.retry_due(TEN)
    assert "不是支付失败状态" in said(client.post("/admin/billing/payout/", selected))


def test_a_contradiction_is_resolved_by_sinas_list(client, desk, sina, failed):
    number = attempt().number
    tell(sina.settle(number, "success")[-1:], now=TEN)
    shown = page(client, "payout", f"{failed.pk}/change/")
    assert "/resolve/" in shown
    assert f"/{failed.pk}/retry/" not in shown
    sina.fault(QUERY_PAYOUT, "http_500")
    assert said(do(client, failed, "resolve")) == "新浪支付暂时没有回答，请稍后再试"
    do(client, failed, "resolve")
    assert Payout.objects.get().state == "paid"


def test_ones_own_payout_cannot_even_be_addressed(client, desk, failed):
    overwrite(Payout.objects.all(), owner=desk)
    assert do(client, failed, "retry").status_code == 404
    assert str(failed.attempts.get().number) not in page(client, "payout")


def test_who_may_only_look_may_not_act(client, failed):
    looker = UserFactory(staff=True)
    looker.user_permissions.add(Permission.objects.get(codename="view_payout"))
    client.force_login(looker)
    assert f"/{failed.pk}/retry/" not in page(client, "payout", f"{failed.pk}/change/")
    assert do(client, failed, "retry").status_code == 403


def test_card_numbers_are_masked_and_shown_only_with_a_reason_in_a_dialog(client, desk, sina, now):
    card = bind(UserFactory(), now=now)
    for path in ("", f"{card.pk}/change/"):
        shown = page(client, "bankcard", path)
        assert "**** 1238" in shown
        assert "6222020200001238" not in shown
        assert BankCard.objects.get().number not in shown
    answer = do(client, card, "reveal", reason="银行来电核对")
    assert "6222020200001238" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert not list(get_messages(answer.wsgi_request))
    assert SecurityEvent.objects.get(kind="card_revealed").user == desk


def cells(shown: str, column: str) -> list[str]:
    """What the cells of a column of a list say."""
    return [strip_tags(cell) for cell in re.findall(rf'<td class="field-{column} [^>]*>(.*?)</td>', shown)]


def test_cards_are_listed_and_filtered_by_the_name_of_their_bank(client, desk, sina, now):
    card = bind(UserFactory(), now=now)
    assert cells(page(client, "bankcard"), "bank_code") == ["中国工商银行"]
    assert re.search(r"bank_code__exact=CMB[^>]*>招商银行</a>", page(client, "bankcard"))
    assert cells(page(client, "bankcard", bank_code__exact="CMB"), "bank_code") == []
    shown = page(client, "bankcard", f"{card.pk}/change/")
    assert ("中国工商银行" in shown, "ICBC" in shown) == (True, False)


def test_notifications_are_listed_and_filtered_in_words(client, desk, sina, now):
    topup = topups.start(advertiser=AdvertiserFactory(), amount=5_000, payer_ip="203.0.113.9", now=now)
    tell(sina.pay(topup.number), now=now)
    words = {"kind": "充值结果", "state": "成功", "outcome": "已按通知处理"}
    shown = page(client, "paymentnotice")
    assert {column: cells(shown, column) for column in words} == {column: [said] for column, said in words.items()}
    assert re.search(r"outcome__exact=unbooked[^>]*>付款无法入账</a>", shown)
    assert cells(page(client, "paymentnotice", outcome__exact="unbooked"), "outcome") == []


def test_ones_own_card_is_not_there(client, desk, sina, now):
    assert do(client, bind(desk, now=now), "reveal", reason="核对").status_code == 404
    assert not SecurityEvent.objects.filter(kind="card_revealed").exists()


def test_too_many_looks_at_card_numbers_are_refused(client, desk, sina, now):
    card = bind(UserFactory(), now=now)
    SecurityEvent.objects.bulk_create(SecurityEvent(kind="card_revealed", at=now, user=desk) for _ in range(200))
    assert "6222020200001238" not in do(client, card, "reveal", reason="核对").content.decode()


def grant(client, advertiser, **data):
    fields = {"_form_submitted": "on", "advertiser": advertiser.pk, "amount": "500.00", "contract": "HT-1", **data}
    return client.post("/admin/billing/creditlimit/grant/", fields)


def test_credit_is_granted_through_the_verb(client, desk):
    advertiser = AdvertiserFactory()
    grant(client, advertiser)
    limit = CreditLimit.objects.get()
    assert (limit.advertiser, limit.amount, limit.by) == (advertiser, 50_000, desk)


def test_what_the_verb_refuses_is_said_and_changes_nothing(client, desk):
    answer = grant(client, AdvertiserFactory(personal=True))
    assert said(answer) == "只有签约的企业用户可以使用信用额度"
    grant(client, AdvertiserFactory(user=desk))
    assert not CreditLimit.objects.exists()


def test_the_fee_rate_is_set_through_the_verb(client, desk):
    client.post("/admin/billing/feerate/change_rate/", {"_form_submitted": "on", "rate_bp": 550})
    assert (FeeRate.objects.get().rate_bp, FeeRate.objects.get().by) == (550, desk)
    assert "5.50%" in page(client, "feerate")


def test_terms_need_their_own_permission(client):
    reviewer = in_group(access.TASK_REVIEW)
    client.force_login(reviewer)
    prove(client.session, reviewer)
    assert grant(client, AdvertiserFactory()).status_code == 403
    assert not CreditLimit.objects.exists()
