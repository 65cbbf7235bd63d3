"""Two reviewers at the same instant (F36)."""

import threading

import pytest
from django.db import connections

from accounts import media, weibo_binding
from accounts.models import AccountDecision, User, WeiboAccount
from tests.accounts.people import make_reviewer
from tests.accounts.weibo_side import profile, token
from tests.factories import UserFactory, WeiboAccountFactory
from weitask.refusal import Conflict


def _decide_at_once(account, reviewers, now):
    """Each reviewer decides the same account in a thread; who was too late."""
    barrier, late = threading.Barrier(len(reviewers)), []

    def run(user: User) -> None:
        try:
            barrier.wait()
            media.decide(account=account, subject="authorisation", approved=True, reason="", by=user, now=now)
        except Conflict:
            late.append(user)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(user,)) for user in reviewers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return late


@pytest.mark.usefixtures("committed")
def test_of_four_reviewers_at_once_one_decides(now):
    reviewers = [make_reviewer() for _ in range(4)]
    weibo = WeiboAccountFactory()
    account = media.open_account(weibo=weibo, by=weibo.user, now=now)
    late = _decide_at_once(account, reviewers, now)
    assert len(late) == 3
    assert AccountDecision.objects.get().by not in late


@pytest.mark.usefixtures("committed")
def test_a_weibo_account_bound_twice_at_once_is_one_row(now):
    user = UserFactory()
    barrier = threading.Barrier(4)

    def run() -> None:
        try:
            barrier.wait()
            weibo_binding.bind(user=user, token=token(), profile=profile(), now=now)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert WeiboAccount.objects.get().user == user
