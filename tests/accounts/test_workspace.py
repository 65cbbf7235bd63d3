"""The workspace of a request (R1, A29)."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse

from accounts import workspace
from accounts.models import Identity, Notice
from tests.factories import AdvertiserFactory, MediaAccountFactory, UserFactory, WeiboAccountFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(rf):
    """A request of a user for a path."""

    def make(user=None, path="/identity/choose/", **query):
        request = rf.get(path, query)
        request.user = user or AnonymousUser()
        return request

    return make


@pytest.fixture
def menu(monkeypatch):
    """An empty menu for the test."""
    monkeypatch.setattr(workspace, "_MENU", {})
    return workspace.menu


def _entry(url_name, *identities, **changes):
    fields = {"title": url_name, "icon": "home", "position": 1, **changes}
    return workspace.Entry(url_name=url_name, identities=identities or tuple(Identity), **fields)


def test_before_the_choice_there_is_no_identity(ask):
    space = workspace.active(ask(UserFactory(identity="")))
    assert (space.identity, space.title, space.advertiser, space.nav) == ("", "", None, [])


def test_a_visitor_has_no_workspace(ask):
    space = workspace.active(ask())
    assert (space.user, space.others) == (None, [])


def test_an_advertiser_works_as_what_it_is_even_after_an_upgrade_elsewhere(ask):
    advertiser = AdvertiserFactory()
    advertiser.user.identity = "personal"
    space = workspace.active(ask(advertiser.user))
    assert (space.identity, space.title, space.advertiser) == ("enterprise", "企业用户", advertiser)
    assert space.is_advertiser
    assert not space.is_owner


def test_an_identity_without_its_profile_counts_as_not_chosen(ask):
    assert workspace.active(ask(UserFactory(identity="personal"))).identity == ""


def test_an_owner_works_without_an_advertiser(ask):
    space = workspace.active(ask(MediaAccountFactory().owner))
    assert (space.is_owner, space.advertiser) == (True, None)


def test_one_login_switches_between_the_identities_it_has(ask):
    user = AdvertiserFactory().user
    assert workspace.active(ask(user)).others == []
    WeiboAccountFactory(user=user)
    assert [other.title for other in workspace.active(ask(user)).others] == ["自媒体帐号"]


def test_the_workspace_is_read_once_per_request(ask, django_assert_num_queries):
    request = ask(AdvertiserFactory().user)
    with django_assert_num_queries(1):
        assert workspace.active(request) is workspace.active(request)


def test_the_menu_shows_the_pages_of_the_identity_in_order(ask, menu):
    menu(_entry("identity", "enterprise", position=2, count=lambda user: 3))
    menu(_entry("choose_identity", "enterprise", position=1))
    menu(_entry("admin:index", "media"))
    nav = workspace.active(ask(AdvertiserFactory().user)).nav
    assert [(item.title, item.active, item.count) for item in nav] == [
        ("choose_identity", True, 0),
        ("identity", False, 3),
    ]


def test_on_a_page_outside_the_menu_nothing_is_marked(ask, menu):
    menu(_entry("identity"))
    assert not workspace.active(ask(AdvertiserFactory().user, "/elsewhere/")).nav[0].active


@pytest.mark.parametrize(
    ("guard", "user", "status"),
    [
        (workspace.advertiser_required, lambda: AdvertiserFactory().user, 200),
        (workspace.advertiser_required, lambda: MediaAccountFactory().owner, 302),
        (workspace.owner_required, lambda: MediaAccountFactory().owner, 200),
        (workspace.owner_required, lambda: AdvertiserFactory().user, 302),
    ],
)
def test_a_page_lets_its_identity_in_and_sends_others_to_the_choice(ask, guard, user, status):
    answer = guard(lambda request: HttpResponse("in"))(ask(user(), "/tasks/", page="2"))
    assert answer.status_code == status
    if status == 302:
        assert answer["Location"] == "/identity/?next=%2Ftasks%2F%3Fpage%3D2"


@pytest.mark.parametrize("guard", [workspace.advertiser_required, workspace.owner_required])
def test_a_visitor_is_sent_to_the_login(ask, guard):
    answer = guard(lambda request: HttpResponse("in"))(ask(path="/tasks/"))
    assert answer["Location"] == "/accounts/login/?next=/tasks/"


def test_the_frame_of_a_page_knows_support_and_unread_notices(ask, now):
    user = UserFactory()
    Notice.objects.create(user=user, kind="x", dedupe="x", title="x", created_at=now)
    context = workspace.context(ask(user))
    assert context["unread_notices"] == 1
    assert context["support_email"]
    assert workspace.context(ask())["unread_notices"] == 0


def test_a_page_that_shows_no_count_costs_no_query(ask, django_assert_num_queries):
    request = ask(UserFactory())
    with django_assert_num_queries(0):
        workspace.context(request)
