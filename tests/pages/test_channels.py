"""How a person wants to be told, topic by topic (R65, R69)."""

import pytest
from allauth.account.models import EmailAddress

from tests.factories import UserFactory
from tests.pages.test_every_page import logged_in

pytestmark = pytest.mark.django_db
URL = "/notices/channels/"


def test_at_first_everything_goes_to_weibo_and_nothing_by_mail():
    rows = logged_in(UserFactory()).get(URL).context["rows"]
    assert {(row["weibo"], row["mail"]) for row in rows} == {(True, False)}


def test_what_is_ticked_is_kept():
    user = UserFactory()
    client = logged_in(user)
    client.post(URL, {"weibo": ["orders"], "mail": ["money", "orders"]})
    user.refresh_from_db()
    assert (user.quiet_topics, user.mail_topics) == (["accounts", "money", "tasks"], ["money", "orders"])
    ticked = [(row["topic"], row["weibo"], row["mail"]) for row in client.get(URL).context["rows"]]
    assert ticked == [
        ("orders", True, True),
        ("tasks", False, False),
        ("money", False, True),
        ("accounts", False, False),
    ]


def test_a_topic_that_is_none_changes_nothing():
    user = UserFactory()
    assert logged_in(user).post(URL, {"mail": ["weather"]}).status_code == 200
    user.refresh_from_db()
    assert user.mail_topics == []


@pytest.mark.parametrize(("proven", "says"), [(True, "邮件发送到 owner@example.com"), (False, "填写并验证邮箱")])
def test_the_page_says_where_mail_goes_or_how_to_get_any(proven, says):
    user = UserFactory()
    EmailAddress.objects.create(user=user, email="owner@example.com", primary=True, verified=proven)
    assert says in logged_in(user).get(URL).content.decode()
