"""Links in a text: monitoring by domain and parameter, doubtful addresses (R46, A39). Nothing is fetched here."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from tasks.screening.book import Book, Entry

_REST: Final = r"[a-z0-9\-._~:/?#\[\]@!$&'()*+,;=%|]*"
_LINK: Final = re.compile(
    rf"(?:https?|ftp|file|gopher|javascript|data):{_REST}"
    rf"|(?<![a-z0-9@._\-])(?:[a-z0-9\-_]{{1,63}}\.)+[a-z]{{2,10}}(?![a-z0-9@])(?::\d{{1,5}})?(?:[/?#]{_REST})?",
    re.IGNORECASE | re.ASCII,
)
_TRAILING: Final = ".,;:!?)'"
_SHORT: Final = re.compile(r"https?://t\.cn/[A-Za-z0-9]{4,10}", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"[0-9.]+|0x[0-9a-f.x]+|[0-9a-f.]*:[0-9a-f:.]*")


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is wrong with a link, the proof, and the rule of the book; without one, whether it is refused outright."""

    rule: str
    shown: str
    entry: Entry | None = None
    certain: bool = False


def found_in(text: str) -> Iterator[tuple[int, int]]:
    """The half-open spans of everything in a plain text that reads as an address, also without a scheme."""
    for match in _LINK.finditer(text):
        yield match.start(), match.start() + len(match[0].rstrip(_TRAILING))


def short_links(texts: Sequence[str]) -> list[str]:
    """The t.cn links in these texts, each once, in order: what Weibo is asked to open (A39)."""
    return list(dict.fromkeys(link for text in texts for link in _SHORT.findall(text)))


def is_short(link: str) -> bool:
    return _SHORT.fullmatch(link) is not None


def doubts(link: str, book: Book) -> list[Doubt]:
    """Everything to be said against one address, by its form alone."""
    try:
        parts = urlsplit(link if "://" in link or link.lower().startswith(("javascript:", "data:")) else f"//{link}")
        host = (parts.hostname or "").rstrip(".")
        pairs = parse_qsl(f"{parts.query}&{parts.fragment}", keep_blank_values=True)
    except ValueError:
        return [Doubt("bad_link", link[:80])]
    if parts.scheme not in ("", "http", "https"):
        return [Doubt("bad_link", f"{parts.scheme}:", certain=True)]
    found = [Doubt("monitor_domain", host, entry) for entry in _above(host, book.domains)]
    marks = sorted({name.lower() for name, _ in pairs} & book.parameters.keys())
    found += [Doubt("monitor_parameter", name, book.parameters[name]) for name in marks]
    found += [Doubt("hidden_target", host, entry) for entry in _above(host, book.shorteners)]
    if not host or parts.username is not None or _ADDRESS.fullmatch(host) or "xn--" in host:
        found.append(Doubt("bad_link", parts.netloc[:80]))
    return found


def _above(host: str, domains: Mapping[str, Entry]) -> list[Entry]:
    """The rule of the nearest domain that the host is or lies under, if there is one."""
    labels = host.split(".")
    names = (".".join(labels[at:]) for at in range(len(labels)))
    return [domains[name] for name in names if name in domains][:1]
