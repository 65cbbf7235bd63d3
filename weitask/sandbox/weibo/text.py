"""Text length, short links and short codes of posts (weibo.md 4, 5). Written for the sandbox alone."""

import hashlib
import math
import re

from weitask.sandbox import switches
from weitask.sandbox.models import ShortUrl

_URL = re.compile(r"https?://[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")
_SHORT_URL = re.compile(r"https?://t\.cn/[A-Za-z0-9]+")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def length(text: str) -> int:
    """Length by the 140 rule: full width 1, ASCII 1/2 rounded up, a link 10."""
    bare, links = _URL.subn("", text)
    return links * 10 + math.ceil(sum(0.5 if char.isascii() else 1 for char in bare))


def has_link_under(text: str, domains: list[str]) -> bool:
    """Whether a link in the text points under one of the app's security domains."""
    hosts = (re.split(r"[/?#:]", link.split("//", 1)[1])[0] for link in _URL.findall(text))
    return any(host == domain or host.endswith(f".{domain}") for host in hosts for domain in domains)


def with_short_links(text: str) -> str:
    """The text as Weibo keeps it: every link a t.cn link. Write lock held by the caller."""
    if "://" not in text or not switches.get("shorten_links"):
        return text
    return _URL.sub(lambda found: shorten(found[0]), text)


def shorten(url: str) -> str:
    """The t.cn link of a URL, always the same one."""
    if _SHORT_URL.fullmatch(url):
        return url
    number = int.from_bytes(hashlib.sha256(url.encode()).digest()[:5], "big")
    code = "A6" + base62(number)[-5:].rjust(5, "0")
    ShortUrl.objects.get_or_create(code=code, defaults={"url_long": url})
    return f"http://t.cn/{code}"


def base62(number: int) -> str:
    """A number in Weibo's alphabet."""
    digits = ""
    while number:
        number, digit = divmod(number, 62)
        digits = _DIGITS[digit] + digits
    return digits or "0"


def code_of(post_id: int) -> str:
    """The short code of a post id: groups of 7 digits from the right, each 4 places of base 62."""
    left, group = divmod(post_id, 10**7)
    return code_of(left) + base62(group).rjust(4, "0") if left else base62(group)


def id_of(code: str) -> int:
    """The post id of a short code; ValueError when it has a strange character."""
    number = 0
    for at in range(len(code) % 4 or 4, len(code) + 4, 4):
        group = 0
        for char in code[max(at - 4, 0) : at]:
            group = group * 62 + _DIGITS.index(char)
        number = number * 10**7 + group
    return number
