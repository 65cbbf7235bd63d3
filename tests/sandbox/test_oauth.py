"""OAuth2 on the wire (weibo.md 2)."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.sandbox_process import SandboxProcess

BACK = "http://127.0.0.1:9999/callback/"
ASKED = {"client_id": "2714550001", "redirect_uri": BACK, "response_type": "code", "state": "s-1"}


def _code(http: httpx.Client, uid: str = "5187664653") -> str:
    answer = http.post("/oauth2/authorize", params=ASKED, data={"uid": uid, "action": "approve"})
    return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]


def _exchange(http: httpx.Client, code: str, **changed: str) -> httpx.Response:
    sent = {
        "client_id": "2714550001",
        "client_secret": "sandbox-secret",
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": BACK,
    }
    return http.post("/oauth2/access_token", data={**sent, **changed})


def test_the_consent_page_offers_users_and_is_in_chinese(http: httpx.Client, token: str) -> None:
    page = http.get("/oauth2/authorize", params=ASKED)
    assert page.status_code == 200
    assert "城南食记" in page.text
    assert "授权" in page.text


def test_approving_sends_the_browser_back_with_state_and_code(http: httpx.Client, token: str) -> None:
    answer = http.post("/oauth2/authorize", params=ASKED, data={"uid": "5187664653", "action": "approve"})
    assert answer.status_code == 302
    assert answer.headers["location"].startswith(f"{BACK}?state=s-1&code=")


def test_denying_sends_the_browser_back_with_access_denied(http: httpx.Client, token: str) -> None:
    answer = http.post("/oauth2/authorize", params=ASKED, data={"action": "deny"})
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    assert (query["error"], query["error_code"], query["state"]) == (["access_denied"], ["21330"], ["s-1"])


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"redirect_uri": "https://evil.example/"}, "21322"),
        ({"client_id": "1"}, "21324"),
        ({"response_type": "x"}, "21328"),
    ],
)
def test_a_stranger_is_not_redirected_to(http: httpx.Client, changed: dict[str, str], code: str) -> None:
    page = http.get("/oauth2/authorize", params={**ASKED, **changed})
    assert page.status_code == 400
    assert code in page.text


def test_a_registered_address_must_match_exactly(sandbox: SandboxProcess, http: httpx.Client) -> None:
    sandbox.control("settings/", {"redirect_uris": ["https://weitask.example/cb/"]})
    assert http.get("/oauth2/authorize", params=ASKED).status_code == 400
    exact = {**ASKED, "redirect_uri": "https://weitask.example/cb/"}
    assert http.get("/oauth2/authorize", params=exact).status_code == 200


def test_a_code_gives_a_token_as_plain_text_that_starts_like_json(http: httpx.Client, token: str) -> None:
    answer = _exchange(http, _code(http))
    assert answer.headers["content-type"] == "text/plain;charset=UTF-8"
    assert answer.text.startswith('{"')
    body = answer.json()
    assert body["uid"] == "5187664653"
    assert body["access_token"].startswith("2.00")
    assert body["expires_in"] == 2592000
    assert body["remind_in"] == "2592000"


def test_a_code_works_once(http: httpx.Client, token: str) -> None:
    code = _code(http)
    _exchange(http, code)
    again = _exchange(http, code)
    assert again.status_code == 400
    assert again.json()["error"] == "invalid_grant"
    assert again.json()["error_code"] == 21325
    assert again.json()["error_description"].startswith("invalid authorization code:")


def test_a_code_is_stale_after_ten_minutes(sandbox: SandboxProcess, http: httpx.Client, token: str) -> None:
    code = _code(http)
    sandbox.control("tick/", {"now": "2026-01-05T10:10:01+08:00"})
    assert _exchange(http, code).json()["error_code"] == 21325


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"client_secret": "wrong"}, 21324),
        ({"client_id": "1"}, 21324),
        ({"grant_type": "password"}, 21329),
        ({"redirect_uri": "http://127.0.0.1/other"}, 21322),
    ],
)
def test_the_token_endpoint_refuses(http: httpx.Client, token: str, changed: dict[str, str], code: int) -> None:
    answer = _exchange(http, _code(http), **changed)
    assert (answer.status_code, answer.json()["error_code"]) == (400, code)


def test_token_info_says_whose_token_it_is_and_how_long_it_lives(http: httpx.Client, token: str) -> None:
    body = http.post("/oauth2/get_token_info", data={"access_token": token}).json()
    assert body["uid"] == 5187664653
    assert body["expire_in"] == 2592000
    assert body["create_at"] == 1767578400


def test_revoking_answers_true_as_a_string_and_ends_the_token(http: httpx.Client, token: str) -> None:
    assert http.post("/oauth2/revokeoauth2", data={"access_token": token}).json() == {"result": "true"}
    after = http.get("/2/account/get_uid.json", params={"access_token": token})
    assert (after.status_code, after.json()["error_code"]) == (400, 21319)


def test_an_expired_token_is_refused_with_403(sandbox: SandboxProcess, http: httpx.Client, token: str) -> None:
    sandbox.control("weibo/tokens/expire/", {"uid": "5187664653"})
    answer = http.get("/2/account/get_uid.json", params={"access_token": token})
    assert (answer.status_code, answer.json()["error_code"]) == (403, 21327)


def test_a_token_expires_when_its_time_is_over(sandbox: SandboxProcess, http: httpx.Client, token: str) -> None:
    done = sandbox.control("tick/", {"now": "2026-02-04T10:00:00+08:00"})
    assert done["did"]["tokens_expired"] == 1
    answer = http.get("/2/account/get_uid.json", params={"access_token": token})
    assert answer.json()["error_code"] == 21327


def test_a_user_can_take_the_authorisation_back(sandbox: SandboxProcess, http: httpx.Client, token: str) -> None:
    sandbox.control("weibo/tokens/revoke/", {"uid": "5187664653"})
    answer = http.get("/2/account/get_uid.json", params={"access_token": token})
    assert answer.json()["error_code"] == 21319


@pytest.mark.parametrize(("sent", "code"), [({}, 10006), ({"access_token": "2.00nonsense"}, 21332)])
def test_no_token_and_an_unknown_token_are_told_apart(http: httpx.Client, sent: dict[str, str], code: int) -> None:
    answer = http.get("/2/account/get_uid.json", params=sent)
    assert (answer.status_code, answer.json()["error_code"]) == (400, code)


def test_the_token_may_come_in_the_authorization_header(http: httpx.Client, token: str) -> None:
    answer = http.get("/2/account/get_uid.json", headers={"Authorization": f"OAuth2 {token}"})
    assert answer.json() == {"uid": 5187664653}


def test_a_known_browser_may_be_sent_back_at_once(sandbox: SandboxProcess, http: httpx.Client, token: str) -> None:
    sandbox.control("settings/", {"silent_reauthorise": True})
    cookies = {"sandbox_weibo_uid": "5187664653"}
    with httpx.Client(base_url=sandbox.base_url, cookies=cookies, trust_env=False) as browser:
        assert browser.get("/oauth2/authorize", params=ASKED).status_code == 302
        assert browser.get("/oauth2/authorize", params={**ASKED, "forcelogin": "true"}).status_code == 200
