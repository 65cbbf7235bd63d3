"""Login and binding by Weibo through allauth, against the sandbox (weibo.md 2 and 13, F49)."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.models import SocialAccount, SocialLogin, SocialToken
from allauth.socialaccount.providers.base import ProviderException
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages import get_messages
from django.contrib.messages.storage.fallback import FallbackStorage

from accounts import weibo_binding
from accounts.models import User, WeiboAccount
from accounts.weibo_login.adapter import WeiboSocialAdapter
from tests.accounts.weibo_side import UID
from tests.factories import UserFactory, WeiboAccountFactory
from weitask.models import SecurityEvent

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/weibo/login/"
CALLBACK = "/accounts/weibo/login/callback/"


@pytest.fixture(autouse=True)
def weibo_user(sandbox, settings):
    """城南食记 has an account at Weibo; login ends at the root."""
    settings.LOGIN_REDIRECT_URL = "/admin/"
    sandbox.control("weibo/users/", {"uid": UID, "screen_name": "城南食记", "followers_count": 482_113})
    return sandbox


def _start(client, process="login"):
    """Press the button; the address Weibo is asked at."""
    answer = client.post(LOGIN, {"process": process})
    assert answer.status_code == 302
    return answer["Location"]


def _agree(address, uid=UID, action="approve"):
    """Answer Weibo's page; the query it sends back with."""
    answer = httpx.post(address, data={"uid": uid, "action": action})
    back = urlsplit(answer.headers["location"])
    assert back.path == CALLBACK
    return {name: values[0] for name, values in parse_qs(back.query).items()}


def _log_in(client, **query):
    return client.get(CALLBACK, {**_agree(_start(client)), **query})


def _connect(client):
    return client.get(CALLBACK, _agree(_start(client, "connect")))


def _logged_in(client):
    pk = client.session.get("_auth_user_id")
    return User.objects.get(pk=pk) if pk else None


def test_a_login_by_an_unknown_uid_makes_the_user_and_the_binding(client):
    answer = _log_in(client)
    assert answer.status_code == 302
    user = _logged_in(client)
    assert (user.username, user.first_name) == (f"weibo_{UID}", "城南食记")
    bound = WeiboAccount.objects.get(uid=UID)
    assert (bound.user, bound.followers) == (user, 482_113)
    assert weibo_binding.token_of(bound)


def test_the_token_is_kept_nowhere_but_sealed(client):
    _log_in(client)
    token = weibo_binding.token_of(WeiboAccount.objects.get())
    assert not SocialToken.objects.exists()
    assert token not in str(SocialAccount.objects.get().extra_data)
    assert token not in str(dict(client.session))


def test_the_second_login_is_the_same_user_with_a_new_token(client):
    _log_in(client)
    first = WeiboAccount.objects.get().token
    user = _logged_in(client)
    client.logout()
    _log_in(client)
    assert _logged_in(client) == user
    assert WeiboAccount.objects.get().token != first


def test_an_account_bound_before_logs_its_owner_in(client):
    owner = WeiboAccountFactory(uid=UID, token_state="expired").user
    _log_in(client)
    assert _logged_in(client) == owner
    assert WeiboAccount.objects.get().token_state == "valid"


def test_a_taken_login_name_is_no_obstacle(client):
    UserFactory(username=f"weibo_{UID}")
    _log_in(client)
    assert _logged_in(client).weibo_accounts.get().uid == UID


def test_binding_adds_the_account_to_the_login_that_asked(client):
    user = UserFactory()
    client.force_login(user)
    answer = _connect(client)
    assert answer["Location"] == "/weibo/"
    assert WeiboAccount.objects.get(uid=UID).user == user
    assert SocialAccount.objects.get(uid=UID).user == user


def test_binding_the_same_account_again_renews_it(client):
    user = WeiboAccountFactory(uid=UID, token_state="revoked").user
    client.force_login(user)
    _connect(client)
    assert WeiboAccount.objects.get().token_state == "valid"


def test_binding_an_account_of_another_user_is_refused_in_chinese(client):
    owner = WeiboAccountFactory(uid=UID).user
    user = UserFactory()
    client.force_login(user)
    answer = _connect(client)
    assert [str(message) for message in get_messages(answer.wsgi_request)] == [
        "该微博帐号已绑定其他用户，如有疑问请联系客服"
    ]
    assert WeiboAccount.objects.get().user == owner
    assert not SocialAccount.objects.exists()
    assert _logged_in(client) == user
    event = SecurityEvent.objects.get()
    assert (event.kind, event.user, event.detail["uid"]) == ("weibo_binding_refused", user, UID)


def test_a_visitor_binds_nothing(client):
    _connect(client)
    assert not WeiboAccount.objects.exists()
    assert _logged_in(client) is None


def test_the_process_that_only_redirects_binds_nothing(client):
    query = _agree(_start(client, "redirect"))
    client.get(CALLBACK, query)
    assert not WeiboAccount.objects.exists()


def test_looking_at_the_login_address_starts_nothing(client):
    assert client.get(LOGIN).status_code == 200


@pytest.mark.parametrize("state", ["", "made-up"])
def test_a_callback_without_its_state_is_refused(client, state):
    answer = _log_in(client, state=state)
    assert answer.status_code == 401
    assert not WeiboAccount.objects.exists()


def test_the_state_of_another_session_is_refused(client):
    from django.test import Client

    query = _agree(_start(Client()))
    assert client.get(CALLBACK, query).status_code == 401
    assert not WeiboAccount.objects.exists()


def test_a_state_works_once(client):
    query = _agree(_start(client))
    client.get(CALLBACK, query)
    client.logout()
    assert client.get(CALLBACK, query).status_code == 401


def test_a_code_works_once(client):
    used = _agree(_start(client))
    client.get(CALLBACK, used)
    client.logout()
    fresh = _agree(_start(client))
    assert client.get(CALLBACK, {**fresh, "code": used["code"]}).status_code == 401
    assert _logged_in(client) is None


def test_saying_no_at_weibo_is_no_error(client):
    query = _agree(_start(client), action="deny")
    answer = client.get(CALLBACK, query)
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/3rdparty/login/cancelled/")


@pytest.mark.parametrize("path", ["oauth2/access_token", "users/show"])
def test_a_weibo_that_does_not_answer_ends_in_an_error_page(client, sandbox, path):
    sandbox.control("faults/", {"target": path, "kind": "http_500", "times": 1})
    assert _log_in(client).status_code == 401
    assert not User.objects.filter(username__startswith="weibo_").exists()


def test_a_new_user_is_not_made_when_the_binding_is_refused(client, monkeypatch):
    from weitask.refusal import Conflict

    def refuse(**_):
        raise Conflict("weibo_bound_elsewhere", "该微博帐号已绑定其他用户")

    monkeypatch.setattr(weibo_binding, "bind", refuse)
    answer = _log_in(client)
    assert answer["Location"] == "/accounts/login/"
    assert not User.objects.exists()


def test_the_login_link_is_not_cut_on_allauths_page(client):
    client.force_login(UserFactory())
    _connect(client)
    link = SocialAccount.objects.get()
    client.post("/accounts/3rdparty/", {"account": link.pk})
    assert SocialAccount.objects.exists()


def test_a_real_site_sends_its_registered_address(client, settings):
    settings.DEMO = False
    settings.SITE_URL = "https://weitask.example"
    asked = parse_qs(urlsplit(_start(client)).query)
    assert asked["redirect_uri"] == [f"https://weitask.example{CALLBACK}"]
    assert asked["client_id"] == [settings.WEIBO_APP_KEY]


def test_there_is_one_app_and_its_secret_stays_in_the_gateway(rf, settings):
    adapter = WeiboSocialAdapter()
    (app,) = adapter.list_apps(rf.get("/"))
    assert (app.provider, app.client_id, app.secret) == ("weibo", settings.WEIBO_APP_KEY, "")
    assert adapter.list_apps(rf.get("/"), provider="github") == []


def test_a_login_that_lost_its_grant_begins_again(client, rf):
    request = rf.get("/")
    request.session, request.user = client.session, AnonymousUser()
    request._messages = FallbackStorage(request)
    login = SocialLogin(user=User(username="weibo_1"), account=SocialAccount(provider="weibo", uid="1"))
    adapter = WeiboSocialAdapter(request)
    adapter.pre_social_login(request, login)
    with pytest.raises(ImmediateHttpResponse):
        adapter.save_user(request, login)
    assert [str(message) for message in request._messages] == ["登录已超时，请重新用微博登录"]
    assert not User.objects.exists()


def test_a_profile_without_an_id_is_no_login(rf):
    provider = WeiboSocialAdapter().get_provider(rf.get("/"), "weibo")
    with pytest.raises(ProviderException):
        provider.extract_uid({"screen_name": "无名"})


def test_the_login_link_reads_as_the_nickname(client):
    _log_in(client)
    link = SocialAccount.objects.get()
    assert str(link.get_provider_account()) == "@城南食记"
