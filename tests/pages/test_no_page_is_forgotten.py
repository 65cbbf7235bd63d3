"""Every named address of the people's pages is in the list of pages, or stands here with the reason why it is none."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver, resolvers

from tests.every_page import PEOPLE

ELSEWHERE = ("api/v1/", "admin/", "demo/")  # programs; the desk, whose lists come from its registry; the demo's bar
NO_PAGES = {
    "answers no GET": {
        *("set_language", "choose_identity", "weibo_unbind", "media_open", "media_apply", "media_opt_in"),
        *("media_rule_drop", "notice_read", "notices_read", "orders_accept", "order_accept", "order_refuse"),
        *("task_choose", "task_copy", "task_delete", "quote_take_back", "market_favourite"),
        *("image_upload", "bank_card_confirm"),
    },
    "a part of a page": {"trend", "market_sum", "task_source", "task_story", "task_hints", "task_sum"},
    "a file": {"task_export", "export_file", "image", "mfa_download_recovery_codes"},
    "for programs": {"healthz", "weibo_deauthorised", "weibo_callback"},
    "leads on": {
        *("weibo_login", "recharge_came_back", "account_set_password", "socialaccount_signup"),
        *("social/login/cancelled/", "social/login/error/", "social/signup/", "social/connections/"),
    },
    "only in the middle of a login in two steps, in the frame of the login": {
        *("account_confirm_login_code", "mfa_authenticate", "mfa_reauthenticate"),
    },
    "only after a second step was added, in the frame of the page that adds it": {
        *("mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes"),
    },
}


def named(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    for one in patterns:
        if isinstance(one, resolvers.URLResolver):
            yield from () if str(one.pattern) in ELSEWHERE else named(one.url_patterns)
        else:
            yield one.name or str(one.pattern)


def test_every_address_is_a_page_of_the_list_or_has_a_reason_not_to_be():
    listed = {page.url for pages in PEOPLE.values() for page in pages}
    excepted = set().union(*NO_PAGES.values())
    addresses = set(named(get_resolver().url_patterns))
    assert {"neither": addresses - listed - excepted, "both": listed & excepted} == {"neither": set(), "both": set()}
    assert listed | excepted == addresses


def test_pictures_have_names_of_their_own():
    names = [page.name for pages in PEOPLE.values() for page in pages]
    assert len(names) == len(set(names))
