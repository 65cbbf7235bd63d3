"""Words in disguise, links that count visitors, and where exactly they stand (R42-R46, A39, F61)."""

import pytest

from tasks.screening import BLOCK, FLAG, Part, screen, short_links
from tasks.screening.categories import FOLLOWERS, PROHIBITED

pytestmark = pytest.mark.django_db


def found(text: str) -> list[tuple[str, str]]:
    """(category or rule, what was matched in plain form)."""
    return [
        (one.rule if one.rule.startswith("monitor") else one.category, one.shown)
        for one in screen([Part("text", text)])
    ]


DISGUISES = {
    "full-width": ("ｖｉａｇｒａ", "viagra"),
    "circled": ("ⓥⓘⓐⓖⓡⓐ", "viagra"),
    "negative circled": ("🅥🅘🅐🅖🅡🅐", "viagra"),
    "negative squared": ("🆅🅸🅰🅶🆁🅰", "viagra"),
    "flags": ("🇻🇮🇦🇬🇷🇦", "viagra"),
    "mathematical": ("𝓿𝓲𝓪𝓰𝓻𝓪", "viagra"),
    "upper case": ("VIAGRA", "viagra"),
    "accents": ("vìágrà", "viagra"),
    "combining": ("v\u0336i\u0336a\u0336g\u0336r\u0336a", "viagra"),
    "Cyrillic": ("viаgrа", "viagra"),
    "Greek": ("νiαgrα", "viagra"),
    "zero-width": ("减\u200b肥\u200d药", "减肥药"),
    "soft hyphen": ("减\u00ad肥\u00ad药", "减肥药"),
    "variation selector": ("减\ufe0f肥\ufe0f药", "减肥药"),
    "ideographic variation": ("减\U000e0100肥药", "减肥药"),
    "tag characters": ("减\U000e0041肥\U000e0042药", "减肥药"),
    "enclosing mark": ("减\u20dd肥\u20dd药", "减肥药"),
    "traditional": ("減肥藥", "减肥药"),
    "spaces": ("减 肥　药", "减肥药"),
    "punctuation": ("减，肥。药", "减肥药"),
    "dots and stars": ("减·肥*药", "减肥药"),
    "emoji": ("减🔥肥🔥药", "减肥药"),
    "line breaks": ("减\n肥\n药", "减肥药"),
    "brackets": ("【减】【肥】【药】", "减肥药"),
    "all at once": ("減\u200b. ｜肥️藥", "减肥药"),
}


@pytest.mark.parametrize(("disguised", "plain"), DISGUISES.values(), ids=DISGUISES)
def test_a_disguised_word_is_found_and_shown_plain(disguised, plain):
    assert (PROHIBITED, plain) in found(f"好物{disguised}推荐")


def test_a_kangxi_radical_stands_for_its_character():
    assert ("买卖粉丝", "水军") in found("\u2f54军")


def test_a_radical_that_normalisation_leaves_alone_is_read():
    assert ("买卖粉丝", "水军") in found("\u2ea2军")


def test_positions_point_into_the_original_text():
    text = "周末👍來買 減\u200b肥 藥 吧"
    one = screen([Part("text", text)])[0]
    assert text[one.start : one.end] == "減\u200b肥 藥"


def test_a_word_split_over_text_and_image_name_is_found():
    one = screen([Part("text", "来一点烟"), Part("image:7", "草.jpg")])[0]
    assert (one.where, one.start, one.end, one.shown) == ("text", 3, 4, "烟草")


def test_a_word_split_over_image_name_and_link_is_found():
    parts = [Part("image:7", "虚假"), Part("source_text", "粉丝都在这里")]
    assert [(one.where, one.shown) for one in screen(parts)] == [("image:7", "虚假粉丝")]


def test_a_word_written_as_percent_code_in_a_link_is_found():
    assert (PROHIBITED, "烟草") in found("看 https://shop.example.com/%E7%83%9F%E8%8D%89")


def test_a_latin_word_inside_another_is_not_meant():
    assert found("specialist") == []  # cialis


def test_words_only_point_and_never_block():
    assert {one.action for one in screen([Part("text", "减肥药 刷粉 赌博")])} == {FLAG}


def test_an_innocent_phrase_is_left_alone():
    assert found("远离毒品，珍爱生命") == []


def test_an_everyday_text_has_no_findings():
    assert (
        found("周末去哪儿吃？这家老火锅值得排队，人均 80 元，电话 021-5555 1234。详见 weibo.com/1234567890/AbCdEf")
        == []
    )


def test_the_longest_word_of_a_place_is_reported_once():
    assert found("卖粉丝") == [(FOLLOWERS, "卖粉丝")]


def test_a_pattern_finds_an_offer_of_followers():  # R45
    assert (FOLLOWERS, "100元1万粉丝") in found("100元 = 1万 粉丝")


@pytest.mark.parametrize(
    "link",
    [
        "https://g.cn.miaozhen.com/x/k=1",
        "http://HM.Baidu.com/hm.gif",
        "https://ｍiaozhen.com/a",
        "https://e.miaozhen.com./r",
        "miaozhen.com/abc",
        "https://shop.onelink.me/abc",
    ],
)
def test_a_known_monitor_is_blocked(link):
    blocked = [one for one in screen([Part("text", f"点{link} 看")]) if one.action == BLOCK]
    assert [one.rule for one in blocked] == ["monitor_domain"]


def test_a_monitor_behind_a_short_link_is_blocked_where_the_short_link_stands():
    text = "点 http://t.cn/A6xYz12 看"
    one = screen([Part("text", text)], opened={"http://t.cn/A6xYz12": "https://c.admaster.com.cn/c/1"})[0]
    assert (one.rule, one.action, text[one.start : one.end]) == ("monitor_domain", BLOCK, "http://t.cn/A6xYz12")


def test_a_short_link_that_nobody_could_open_goes_to_the_reviewer():
    one = screen([Part("text", "点http://t.cn/A6xYz12看")])[0]
    assert (one.rule, one.action) == ("not_opened", FLAG)


def test_a_short_link_to_an_ordinary_place_is_no_finding():
    assert (
        screen([Part("text", "http://t.cn/A6xYz12")], opened={"http://t.cn/A6xYz12": "https://shop.example.com/"}) == []
    )


@pytest.mark.parametrize("query", ["?utm_source=wt", "?a=1&UTM_Campaign=x", "#hmsr=weibo", "?a=1&%75tm_source=x"])
def test_a_tracking_parameter_is_doubtful(query):
    rules = {(one.rule, one.action) for one in screen([Part("text", f"https://shop.example.com/p{query}")])}
    assert rules == {("monitor_parameter", FLAG)}


def test_a_monitor_named_without_its_dot_is_doubtful():
    assert ("monitor_name", "miaozhencom") in found("miaozhen 。 com")


@pytest.mark.parametrize(
    "link",
    [
        "http://127.0.0.1/x",
        "http://0x7f.1/",
        "http://[::1]/",
        "https://me@shop.example.com/",
        "http://xn--fiq228c.com/",
    ],
)
def test_an_address_that_hides_its_owner_is_doubtful(link):
    assert [one.rule for one in screen([Part("text", link)])] == ["bad_link"]


@pytest.mark.parametrize("link", ["javascript:alert(1)", "file:///etc/passwd", "gopher://x.example.com/"])
def test_an_address_that_is_no_web_page_is_blocked(link):
    assert [one.action for one in screen([Part("text", link)])] == [BLOCK]


def test_another_shortener_is_doubtful():
    assert [one.rule for one in screen([Part("text", "https://bit.ly/3xYz")])] == ["hidden_target"]


def test_a_broken_address_does_not_break_screening():
    assert [one.rule for one in screen([Part("text", "http://[::1/x")])] == ["bad_link"]


def test_short_links_are_listed_once_in_order():
    texts = ["先看http://t.cn/A6bbbbb再看 http://t.cn/A6aaaaa", "http://t.cn/A6bbbbb"]
    assert short_links(texts) == ["http://t.cn/A6bbbbb", "http://t.cn/A6aaaaa"]


WORDS = """
    减肥药 香烟 烟草 赌博 刷粉 买粉丝 高仿 假发票 电子烟 处方药 僵尸粉 六合彩 壮阳 毒品 洗钱
"""
TRADITIONAL = str.maketrans("减药烟买丝仿发电处方壮阳洗钱赌", "減藥煙買絲仿發電處方壯陽洗錢賭")
BETWEEN = " \u3000\u200b\u200c\u2060\ufeff\u00ad\ufe0f\u0336\u20dd.,·*_-/|~。，、！★❤🔥"


def test_a_corpus_of_three_hundred_disguises_is_found():
    disguised = [(mark.join(word), word) for word in WORDS.split() for mark in BETWEEN]
    disguised += [(word.translate(TRADITIONAL), word) for word in WORDS.split()]
    disguised += [
        ("".join(f"{letter}\U000e0020" for letter in word.translate(TRADITIONAL)), word) for word in WORDS.split()
    ]
    missed = [text for text, word in disguised if word not in {shown for _category, shown in found(f"好{text}吗")}]
    assert len(disguised) >= 300
    assert missed == []
