"""特定 accounts (A26): the difference is foreseen, saved as foreseen, recorded and told."""

import pytest

from accounts import pool, rating
from accounts.models import AccountDecision, MediaAccount, Notice
from accounts.pool import Wish
from tests.accounts.people import make_reviewer
from tests.factories import AdvertiserFactory, MediaAccountFactory
from tests.moments import MONDAY
from weitask.refusal import Forbidden, Refusal

pytestmark = pytest.mark.django_db
LIST = "/admin/accounts/mediaaccount/"


@pytest.fixture
def reviewer(client):
    user = make_reviewer()
    client.force_login(user)
    return user


def change(accounts, wish, by, reason=""):
    return pool.change(accounts=accounts, wish=wish, reason=reason, by=by, now=MONDAY)


def names(rows):
    return [one.screen_name for one in rows]


def test_the_difference_says_who_comes_in_who_goes_out_and_how_many_there_will_be():
    inside, outside = MediaAccountFactory(specific=True), MediaAccountFactory()
    MediaAccountFactory(specific=True)
    told = pool.foresee(accounts=[inside, outside], wish=Wish.IN)
    assert (names(told.comes_in), told.goes_out, names(told.stays)) == ([outside.screen_name], [], [inside.screen_name])
    assert (told.before, told.after) == (2, 3)
    told = pool.foresee(accounts=[inside, outside], wish=Wish.OUT)
    assert (told.comes_in, names(told.goes_out), told.after) == ([], [inside.screen_name], 1)


def test_an_account_that_nobody_could_choose_is_not_counted_and_says_why():
    silent = MediaAccountFactory(specific_opt_in=False)
    told = pool.foresee(accounts=[silent], wish=Wish.IN)
    assert (told.before, told.after) == (0, 0)
    assert "不接受个人用户" in pool.why_hidden(silent)


def test_what_was_foreseen_is_what_personal_users_then_see(reviewer):
    accounts = [MediaAccountFactory(specific=True), MediaAccountFactory(), MediaAccountFactory(price_repost=None)]
    foreseen = pool.foresee(accounts=accounts, wish=Wish.IN)
    change(accounts, Wish.IN, reviewer)
    seen = MediaAccount.objects.visible_to(AdvertiserFactory(personal=True))
    assert seen.count() == pool.choosable().count() == foreseen.after


def test_the_operators_list_overrules_the_rating_until_it_is_given_back(reviewer):
    account = MediaAccountFactory(specific=True, rating=rating.SPECIFIC_FROM)
    change([account], Wish.OUT, reviewer)
    rating.apply([rating.Facts(account.pk)], now=MONDAY)
    account.refresh_from_db()
    assert (account.specific, account.specific_by_hand) == (False, True)
    MediaAccount.objects.update(rating=rating.SPECIFIC_FROM)
    change([account], Wish.BY_RATING, reviewer)
    account.refresh_from_db()
    assert (account.specific, account.specific_by_hand) == (True, False)


def test_given_back_to_its_rating_an_account_of_a_low_one_goes_out(reviewer):
    account = MediaAccountFactory(specific=True, specific_by_hand=True, rating=rating.SPECIFIC_FROM - 1)
    assert names(change([account], Wish.BY_RATING, reviewer).goes_out) == [account.screen_name]
    account.refresh_from_db()
    assert (account.specific, account.specific_by_hand) == (False, False)


def test_the_owner_of_an_account_that_moves_is_told_and_the_record_says_who_and_why(reviewer):
    moved, same = MediaAccountFactory(), MediaAccountFactory(specific=True)
    change([moved, same], Wish.IN, reviewer, reason="内容优质")
    [decision] = AccountDecision.objects.all()
    assert (decision.account, decision.subject, decision.by, decision.reason) == (moved, "listed", reviewer, "内容优质")
    assert Notice.objects.get().user == moved.owner


def test_ones_own_account_stops_the_whole_change(reviewer):
    other = MediaAccountFactory()
    with pytest.raises(Forbidden):
        change([other, MediaAccountFactory(weibo__user=reviewer)], Wish.IN, reviewer)
    assert not MediaAccount.objects.filter(specific=True).exists()


def test_too_many_at_once_are_refused(reviewer, monkeypatch):
    monkeypatch.setattr(pool, "MOST", 1)
    with pytest.raises(Refusal, match="最多处理 1 个"):
        change([MediaAccountFactory(), MediaAccountFactory()], Wish.IN, reviewer)


def test_the_desk_shows_the_difference_and_saves_nothing_before_the_last_click(client, reviewer):
    inside, outside = MediaAccountFactory(specific=True), MediaAccountFactory()
    chosen = {"action": "list_selected", "_selected_action": [inside.pk, outside.pk]}
    page = client.post(LIST, chosen).content.decode()
    for words in ("进入（1）", outside.screen_name, "不变（1）", "现在 1 个，保存后 2 个"):
        assert words in page
    assert MediaAccount.objects.filter(specific=True).count() == 1
    answer = client.post(LIST, {**chosen, "confirmed": "yes", "reason": ""}, follow=True)
    assert "进入 1 个，移出 0 个，不变 1 个" in answer.content.decode()
    assert MediaAccount.objects.filter(specific=True).count() == 2


def test_the_page_of_an_account_shows_the_difference_too(client, reviewer):
    account = MediaAccountFactory(specific=True)
    page = client.get(f"{LIST}{account.pk}/unlist_specific/").content.decode()
    assert "移出（1）" in page
    assert MediaAccount.objects.get().specific
