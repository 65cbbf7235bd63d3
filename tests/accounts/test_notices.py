"""The inbox and its outbox to Weibo (R65, R69)."""

import re
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy

from accounts import notices, outbox
from accounts.models import Delivery, Notice
from accounts.topics import topic_of
from tests.factories import UserFactory, WeiboAccountFactory
from tests.moments import DAY, HOUR, MINUTE, SECOND

pytestmark = pytest.mark.django_db


def _new(user, dedupe="order-1", **changes):
    fields = {"title": "新任务待接单", "body": "原发 100.00 元", "url": "/orders/1/", "kind": "order_new", **changes}
    return notices.NewNotice(user_id=user.pk, dedupe=dedupe, **fields)


@pytest.fixture
def readers(sandbox):
    """Three users whom Weibo knows and who authorised us."""
    users = []
    for number in range(3):
        uid = str(6_000_000_000 + number)
        sandbox.control("weibo/users/", {"uid": uid, "token": True})
        users.append(WeiboAccountFactory(uid=uid).user)
    outbox._inbox_link.cache_clear()
    return users


def _told(user, dedupe="order-1", **changes):
    return _new(user, dedupe, weibo_uid=notices.FIRST_BOUND, **changes)


def test_a_notice_is_told_once_however_often_it_is_posted(now):
    user = UserFactory()
    assert notices.post([_new(user)], now=now) == 1
    assert notices.post([_new(user), _new(user, "order-2")], now=now + MINUTE) == 1
    assert list(Notice.objects.values_list("dedupe", flat=True)) == ["order-2", "order-1"]


def test_posting_nothing_asks_the_database_nothing(now, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert notices.post([], now=now) == 0


def test_ten_thousand_notices_are_one_statement_after_a_look_at_who_reads_what(now, django_assert_num_queries):
    user = UserFactory()
    with django_assert_num_queries(2):
        assert notices.post([_new(user, f"n{n}") for n in range(10_000)], now=now) == 10_000


def test_a_title_too_long_for_its_column_is_cut(now):
    notices.post([_new(UserFactory(), title="长" * 200)], now=now)
    assert len(Notice.objects.get().title) == 100


@pytest.mark.parametrize(("language", "title"), [("zh-hans", "新订单"), ("en", "New order")])
def test_a_notice_speaks_its_readers_language_whoever_acts(now, language, title):
    with translation.override("en" if language == "zh-hans" else "zh-hans"):
        notices.post([_new(UserFactory(language=language), title=gettext_lazy("新订单"))], now=now)
    assert Notice.objects.get().title == title


def test_a_title_too_long_for_weibo_is_cut_there_and_whole_in_the_inbox(now, readers, sandbox):
    notices.post([_told(readers[0], title="一二三四五六七八九十十一")], now=now)
    assert outbox.deliver_due(now) == 1
    assert sandbox.control("weibo/notices/")[0]["objects"] == ["一二三四五六七八九十", "原发 100.00 元"]
    assert Notice.objects.get().title == "一二三四五六七八九十十一"


def test_without_a_weibo_account_a_notice_stays_in_the_inbox(now):
    notices.post([_new(UserFactory())], now=now)
    assert not Delivery.objects.exists()
    assert outbox.next_due(now) is None


def test_notices_go_to_the_account_bound_first_and_still_authorised(now):
    first = WeiboAccountFactory(token_state="expired")
    second = WeiboAccountFactory(user=first.user)
    WeiboAccountFactory(user=first.user)
    stranger = UserFactory()
    notices.post([_told(first.user, "1"), _told(stranger, "2"), _new(first.user, "3")], now=now)
    assert [(one.notice.dedupe, one.address) for one in Delivery.objects.all()] == [("1", second.uid)]


def test_only_ones_own_notice_is_marked_as_read_and_only_once(now):
    user, stranger = UserFactory.create_batch(2)
    notices.post([_new(user)], now=now)
    notice = Notice.objects.get()
    assert not notices.mark_read(notice=notice, by=stranger, now=now)
    assert notices.mark_read(notice=notice, by=user, now=now)
    assert not notices.mark_read(notice=notice, by=user, now=now + HOUR)
    assert Notice.objects.get().read_at == now


def test_the_whole_inbox_is_marked_as_read(now):
    user, other = UserFactory.create_batch(2)
    notices.post([_new(user, "a"), _new(user, "b"), _new(other, "c")], now=now)
    assert notices.mark_all_read(by=user, now=now) == 2
    assert Notice.objects.unread().get().user == other


def test_the_same_words_reach_many_users_in_one_call(now, readers, sandbox):
    notices.post([_told(user, f"order-{user.pk}", body="详情" * 40) for user in readers], now=now)
    assert outbox.deliver_due(now) == 3
    sent = sandbox.control("weibo/notices/")
    assert len(sent) == 3
    assert {tuple(one["objects"]) for one in sent} == {("新任务待接单",)}
    assert _sent_calls(sandbox) == 1
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}


def _sent_calls(sandbox):
    return sandbox.control("stats/")["requests"]["by_target"].get("weibo:notification/send", 0)


def test_a_short_first_line_goes_along_with_the_title(now, readers, sandbox):
    notices.post([_told(readers[0], body="接单3 流单1 拒单0\n点击查看详情" + "长" * 30, title="任务已开始")], now=now)
    outbox.deliver_due(now)
    assert sandbox.control(f"weibo/notices/?uid={6_000_000_000}")[0]["objects"] == ["任务已开始", "接单3 流单1 拒单0"]


def test_a_delivered_notice_is_not_sent_again(now, readers, sandbox):
    notices.post([_told(readers[0])], now=now)
    outbox.deliver_due(now)
    assert outbox.deliver_due(now + DAY) == 0
    assert len(sandbox.control("weibo/notices/")) == 1


def test_a_busy_weibo_puts_a_notice_off_with_growing_pauses(now, readers, sandbox):
    notices.post([_told(readers[0])], now=now)
    sandbox.control("faults/", {"target": "notification/send", "kind": "error_code", "error_code": "10001", "times": 2})
    assert outbox.deliver_due(now) == 0
    assert outbox.next_due(now) == now + MINUTE
    assert outbox.deliver_due(now + 59 * SECOND) == 0
    outbox.deliver_due(now + MINUTE)
    assert outbox.next_due(now) == now + 6 * MINUTE
    assert outbox.deliver_due(now + 6 * MINUTE) == 1


def test_a_refused_notice_is_given_up_and_stays_in_the_inbox(now, readers, sandbox):
    notices.post([_told(readers[0])], now=now)
    sandbox.control("faults/", {"target": "notification/send", "kind": "error_code", "error_code": "21602", "times": 1})
    assert outbox.deliver_due(now) == 0
    assert Delivery.objects.get().state == "failed"
    assert outbox.next_due(now) is None


def test_after_the_last_pause_a_notice_is_given_up(now, readers, sandbox):
    notices.post([_told(readers[0])], now=now)
    Delivery.objects.update(tries=len(outbox.RETRY_AFTER))
    sandbox.control("faults/", {"target": "notification/send", "kind": "error_code", "error_code": "10001", "times": 1})
    outbox.deliver_due(now)
    assert Delivery.objects.get().state == "failed"


def test_a_recipient_whom_weibo_refuses_does_not_keep_the_others_waiting(now, readers, sandbox):
    notices.post([_told(user, f"order-{user.pk}") for user in readers], now=now)
    sandbox.control("faults/", {"target": "notification/send", "kind": "error_code", "error_code": "20003", "times": 2})
    sent = outbox.deliver_due(now)
    assert sent == 2
    assert Delivery.objects.filter(state="failed").count() == 1


def test_without_a_link_to_the_inbox_nothing_is_sent_yet(now, readers, sandbox):
    notices.post([_told(readers[0])], now=now)
    sandbox.control("faults/", {"target": "short_url/shorten", "kind": "http_500", "times": 1})
    assert outbox.deliver_due(now) == 0
    assert outbox.next_due(now) == now + MINUTE


def test_a_rate_limit_pauses_one_message_and_the_next_still_goes(now, readers, sandbox):
    notices.post([_told(readers[0], title="甲"), _told(readers[1], "order-2", title="乙")], now=now)
    sandbox.control("faults/", {"target": "notification/send", "kind": "error_code", "error_code": "21603", "times": 1})
    assert outbox.deliver_due(now) == 1
    assert Delivery.objects.filter(state="waiting").count() == 1


def test_an_unreachable_weibo_ends_the_look(now, readers, sandbox):
    notices.post([_told(readers[0], title="甲"), _told(readers[1], "order-2", title="乙")], now=now)
    sandbox.control("faults/", {"target": "notification/send", "kind": "http_500", "times": 1})
    assert outbox.deliver_due(now) == 0
    assert set(Delivery.objects.values_list("tries", flat=True)) == {0, 1}


@pytest.fixture
def mailed(now):
    """A user who proved an address and asked for mail about orders."""
    user = UserFactory(mail_topics=["orders"])
    EmailAddress.objects.create(user=user, email="owner@example.com", primary=True, verified=True)
    return user


def test_a_notice_goes_by_mail_to_a_proven_address_for_a_chosen_topic(now, mailed, mailoutbox):
    notices.post([_new(mailed), _new(mailed, "paid", kind="payout_paid")], now=now)
    assert outbox.deliver_due(now) == 1
    [letter] = mailoutbox
    assert (letter.to, letter.subject) == (["owner@example.com"], "新任务待接单")
    assert "原发 100.00 元" in letter.body
    assert f"{settings.SITE_URL}/orders/1/" in letter.body
    assert outbox.deliver_due(now + DAY) == 0


def test_an_address_that_nobody_proved_gets_no_mail(now, mailed, mailoutbox):
    EmailAddress.objects.update(verified=False)
    notices.post([_new(mailed)], now=now)
    assert not Delivery.objects.exists()


def test_a_letter_is_written_in_its_readers_language(now, mailed, mailoutbox):
    mailed.language = "en"
    mailed.save()
    notices.post([_new(mailed)], now=now)
    outbox.deliver_due(now)
    assert "Change how you are told" in mailoutbox[0].body


class _Down:
    """A mail server that takes no connection."""

    def send_messages(self, letters):
        raise ConnectionRefusedError

    def close(self):
        pass


def test_mail_waits_while_its_server_is_down_and_weibo_goes_on(now, mailed, readers, sandbox, monkeypatch):
    monkeypatch.setattr(outbox, "get_connection", _Down)
    notices.post([_new(mailed), _told(readers[0], "order-2")], now=now)
    assert outbox.deliver_due(now) == 1
    assert outbox.next_due(now) == now + MINUTE


def test_a_topic_kept_from_weibo_stays_in_the_inbox_unless_it_is_urgent(now, readers):
    notices.choose_channels(user=readers[0], quiet=["orders"], mailed=[])
    notices.post([_told(readers[0]), _told(readers[0], "order-2", urgent=True)], now=now)
    assert Notice.objects.count() == 2
    assert Delivery.objects.get().notice.urgent


def test_a_topic_that_does_not_exist_cannot_be_chosen():
    with pytest.raises(ValueError, match="weather"):
        notices.choose_channels(user=UserFactory(), quiet=["weather"], mailed=[])


def test_every_kind_of_notice_that_the_code_writes_has_a_topic():
    kinds = set()
    for path in Path(notices.__file__).parents[1].glob("*/*.py"):
        if "NewNotice(" in (text := path.read_text()):
            kinds |= set(re.findall(r'kind="([a-z_]+)"', text))
    assert {"order_dispatched", "payout_paid", "weibo_lost"} <= kinds
    assert all(topic_of(kind) for kind in kinds)
