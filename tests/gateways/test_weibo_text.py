"""Ids, codes, links and lengths (weibo.md 4 and 5, F62)."""

import contextlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from weitask.gateways.weibo_text import LinkRef, code_from_id, id_from_code, parse_link, post_url, text_length

VECTORS = [
    ("3491273850170657", "yCirT0Iox"),
    ("231101124784859058", "Bh0tgako3U"),
    ("4885639100630954", "MzVRA2E8G"),
    ("5012345678901234", "O5banBlCi"),
    ("4999000000000042", "NFxrq000G"),
]


@pytest.mark.parametrize(("post_id", "code"), VECTORS)
def test_ids_and_codes_of_the_protocol_sheet(post_id, code):
    assert code_from_id(post_id) == code
    assert id_from_code(code) == post_id


@given(st.integers(min_value=1, max_value=2**63 - 1))
@example(10**7)
@example(10**14)
def test_every_id_comes_back_from_its_code(number):
    assert id_from_code(code_from_id(str(number))) == str(number)


@pytest.mark.parametrize("code", ["", "0", "y-irT0Iox", "yCirT0Iox ", "0yCirT0Iox", "ZZZZZ", "Z" * 12, "é"])
def test_a_text_that_is_no_code_is_refused(code):
    with pytest.raises(ValueError, match="not a post"):
        id_from_code(code)


@pytest.mark.parametrize("post_id", ["", "0", "-5", "12x", str(2**63), "１２３"])
def test_a_text_that_is_no_id_has_no_code(post_id):
    with pytest.raises(ValueError, match="not a post id"):
        code_from_id(post_id)


LINKS = [
    ("https://weibo.com/5187664653/MzVRA2E8G", "5187664653"),
    ("http://www.weibo.com/5187664653/MzVRA2E8G?type=comment#_rnd1", "5187664653"),
    ("HTTPS://WEIBO.COM/5187664653/MzVRA2E8G/", "5187664653"),
    ("weibo.com/5187664653/4885639100630954", "5187664653"),
    (" https://weibo.com/chengnanshiji/MzVRA2E8G ", None),
    ("https://m.weibo.cn/status/4885639100630954?from=page", None),
    ("https://m.weibo.cn/status/MzVRA2E8G", None),
    ("https://m.weibo.cn/detail/4885639100630954", None),
    ("m.weibo.cn/5187664653/4885639100630954", "5187664653"),
]


@pytest.mark.parametrize(("link", "uid"), LINKS)
def test_every_form_of_a_post_link_is_understood(link, uid):
    assert parse_link(link) == LinkRef(post_id="4885639100630954", uid=uid)


REFUSED = [
    "",
    "https://weibo.com/",
    "https://weibo.com/5187664653",
    "https://weibo.com/u/5187664653",
    "https://weibo.com/p/1005055187664653",
    "https://weibo.com/5187664653/MzVRA2E8G/extra",
    "https://weibo.com/5187664653/not-a-code",
    "https://weibo.com/5187664653/99999999999999999999",
    "https://weibo.com/a%2f/MzVRA2E8G",
    "https://m.weibo.cn/u/5187664653",
    "https://m.weibo.cn/chengnanshiji/MzVRA2E8G",
    "http://127.0.0.1/5187664653/MzVRA2E8G",
    "http://[::1]/5187664653/MzVRA2E8G",
    "http://2130706433/5187664653/MzVRA2E8G",
    "http://0177.0.0.1/5187664653/MzVRA2E8G",
    "http://169.254.169.254/latest/meta-data",
    "https://weibo.com.evil.example/5187664653/MzVRA2E8G",
    "https://evil.example/weibo.com/MzVRA2E8G",
    "https://weibo.com@127.0.0.1/5187664653/MzVRA2E8G",
    "https://weibo.com:8080/5187664653/MzVRA2E8G",
    "https://weibo.com./5187664653/MzVRA2E8G",
    "https://user:pw@weibo.com/5187664653/MzVRA2E8G",
    "https://ｗeibo.com/5187664653/MzVRA2E8G",
    "https://weibo.com\\@127.0.0.1/5187664653/MzVRA2E8G",
    "https://weibo.com/5187664653\n/MzVRA2E8G",
    "file:///etc/passwd",
    "gopher://weibo.com/5187664653/MzVRA2E8G",
    "javascript://weibo.com/5187664653/MzVRA2E8G",
    "ftp://weibo.com/5187664653/MzVRA2E8G",
    "http://[weibo.com/5187664653/MzVRA2E8G",
    "https://weibo.com/5187664653/MzVRA2E8G?" + "a" * 500,
]


@pytest.mark.parametrize("link", REFUSED)
def test_anything_else_is_refused(link):
    with pytest.raises(ValueError, match=r"not a|IPv6"):
        parse_link(link)


@given(st.text(max_size=80))
@example("http://[")
def test_any_text_is_a_link_or_a_value_error(text):
    with contextlib.suppress(ValueError):
        parse_link(text)


def test_the_address_of_a_post_can_be_read_back():
    address = post_url("5187664653", "4885639100630954")

    assert address == "https://weibo.com/5187664653/MzVRA2E8G"
    assert parse_link(address) == LinkRef(post_id="4885639100630954", uid="5187664653")


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("微博", 2),
        ("a", 1),
        ("ab", 1),
        ("微a", 2),
        ("好" * 140, 140),
        ("看 https://weitask.example/a?b=c#d", 12),
        ("http://t.cn/A6xYz12和http://t.cn/A6xYz13", 21),
        ("😀", 1),
    ],
)
def test_the_length_is_counted_as_weibo_counts(text, length):
    assert text_length(text) == length
