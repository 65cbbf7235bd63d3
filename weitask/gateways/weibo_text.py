"""Pure rules of Weibo's texts, ids and links (weibo.md sections 4 and 5). Nothing here touches the network."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

SHORT_LIMIT = 140
LONG_LIMIT = 2000

_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_VALUES = {letter: value for value, letter in enumerate(_ALPHABET)}
_DIGITS_PER_GROUP = 7
_LETTERS_PER_GROUP = 4
_LARGEST_ID = 2**63

_LINK_IN_TEXT = re.compile(r"https?://[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+", re.IGNORECASE)
_LINK_UNITS = 10
_LINK_AND_ALL_AFTER = re.compile(r"https?://[!-~]+", re.IGNORECASE)
_ZERO_WIDTH = dict.fromkeys((0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))

_DESKTOP_HOSTS = frozenset({"weibo.com", "www.weibo.com"})
_MOBILE_HOST = "m.weibo.cn"
_MOBILE_POST_PATHS = frozenset({"status", "detail"})
# First path parts of weibo.com that are sections of the site, not people.
_SECTIONS = frozenset({"u", "p", "n", "tv", "ttarticle", "hot", "ajax", "login", "status", "hashtag", "newlogin"})
_UID = re.compile(r"[1-9][0-9]{4,12}")
_NUMERIC_ID = re.compile(r"[1-9][0-9]{10,18}")
_CODE = re.compile(r"[0-9a-zA-Z]{5,11}")
_DOMAIN = re.compile(r"[0-9A-Za-z_.\-]{1,40}")
_MAX_LINK = 500


@dataclass(frozen=True, slots=True)
class LinkRef:
    """What a link to a post says: the post, and its author when the link names one."""

    post_id: str
    uid: str | None


def words(text: str) -> str:
    """The words alone, to compare what was sent with what is shown.

    Weibo shortens links, escapes HTML, trims, and ends some texts with a zero-width space.
    """
    return " ".join(_LINK_AND_ALL_AFTER.sub("", html.unescape(text)).translate(_ZERO_WIDTH).split())


def code_from_id(post_id: str) -> str:
    """The short code used in addresses: 7 decimal digits become 4 letters of base 62, from the right."""
    if not (post_id.isascii() and post_id.isdigit()) or not 0 < int(post_id) < _LARGEST_ID:
        raise ValueError("not a post id")
    digits = post_id.lstrip("0")
    groups = [_encode(int(part)) for part in _split_right(digits, _DIGITS_PER_GROUP)]
    return groups[0] + "".join(group.rjust(_LETTERS_PER_GROUP, "0") for group in groups[1:])


def id_from_code(code: str) -> str:
    """The id behind a short code. `ValueError` for a text that no post id gives."""
    if not code or any(letter not in _VALUES for letter in code):
        raise ValueError("not a post code")
    parts = [str(_decode(part)) for part in _split_right(code, _LETTERS_PER_GROUP)]
    joined = parts[0] + "".join(part.rjust(_DIGITS_PER_GROUP, "0") for part in parts[1:])
    post_id = joined.lstrip("0")
    # Weibo never writes a code another way, so one that does not come back is a typing error.
    if not post_id or code_from_id(post_id) != code:
        raise ValueError("not a post code")
    return post_id


def parse_link(url: str) -> LinkRef:
    """Read the link of a post (R61, F62): only Weibo's own hosts and paths; nothing is fetched.

    Accepted: `weibo.com/<uid or domain>/<code or id>`, `m.weibo.cn/status/<id or code>`, `m.weibo.cn/<uid>/<id>`,
    with or without scheme, query and fragment. `ValueError` for anything else.
    """
    link = url.strip()
    if len(link) > _MAX_LINK or not link.isascii() or re.search(r"[\s\\\x00-\x1f\x7f]", link):
        raise ValueError("not a link to a Weibo post")
    if "://" not in link:
        link = f"https://{link}"
    parts = urlsplit(link)
    pieces = parts.path.strip("/").split("/")
    if parts.scheme not in ("http", "https") or len(pieces) != 2:
        raise ValueError("not a link to a Weibo post")
    # The netloc is compared whole: a port, a user name or a trailing dot makes it another place.
    host = parts.netloc.lower()
    if host in _DESKTOP_HOSTS:
        return _desktop(who=pieces[0], post=pieces[1])
    if host == _MOBILE_HOST:
        return _mobile(who=pieces[0], post=pieces[1])
    raise ValueError("not a link to a Weibo post")


def post_url(uid: str, post_id: str) -> str:
    """The public address of a post."""
    return f"https://weibo.com/{uid}/{code_from_id(post_id)}"


def text_length(text: str) -> int:
    """Weibo's count: a full-width character is 1, ASCII 1/2 (rounded up), each link 10 because it is shortened."""
    links = _LINK_IN_TEXT.findall(text)
    rest = _LINK_IN_TEXT.sub("", text)
    halves = sum(1 if character.isascii() else 2 for character in rest)
    return len(links) * _LINK_UNITS + (halves + 1) // 2


def _desktop(*, who: str, post: str) -> LinkRef:
    if _UID.fullmatch(who):
        return LinkRef(post_id=_post_id(post), uid=who)
    if who.lower() in _SECTIONS or not _DOMAIN.fullmatch(who):
        raise ValueError("not a link to a Weibo post")
    return LinkRef(post_id=_post_id(post), uid=None)


def _mobile(*, who: str, post: str) -> LinkRef:
    if who in _MOBILE_POST_PATHS:
        return LinkRef(post_id=_post_id(post), uid=None)
    if _UID.fullmatch(who):
        return LinkRef(post_id=_post_id(post), uid=who)
    raise ValueError("not a link to a Weibo post")


def _post_id(text: str) -> str:
    """Codes have at most 10 letters, so eleven digits and more are the id itself."""
    if _NUMERIC_ID.fullmatch(text) and int(text) < _LARGEST_ID:
        return text
    if _CODE.fullmatch(text):
        return id_from_code(text)
    raise ValueError("not a link to a Weibo post")


def _split_right(text: str, size: int) -> list[str]:
    first = len(text) % size or size
    return [text[:first], *(text[at : at + size] for at in range(first, len(text), size))]


def _encode(value: int) -> str:
    letters = ""
    while value:
        value, rest = divmod(value, len(_ALPHABET))
        letters = _ALPHABET[rest] + letters
    return letters or "0"


def _decode(letters: str) -> int:
    value = 0
    for letter in letters:
        value = value * len(_ALPHABET) + _VALUES[letter]
    return value
