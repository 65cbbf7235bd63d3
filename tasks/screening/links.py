"""Links in a text: monitoring by domain and parameter, doubtful addresses (R46, A39). Nothing is fetched here."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlsplit

# Domains that exist to count somebody else's visitors, and everything below them.
MONITORS: Final = """
    miaozhen.com admaster.com.cn doubleclick.net google-analytics.com googletagmanager.com hm.baidu.com cnzz.com 51.la
    51yes.com talkingdata.com talkingdata.net adjust.com appsflyer.com onelink.me app.link branch.io kochava.com
    singular.net scorecardresearch.com imrworldwide.com gridsumdissector.com gridsum.com allyes.com adsame.com irs01.com
    irs03.com irs09.com ipinyou.com mediav.com reachmax.cn growingio.com sensorsdata.cn zhugeio.com hotjar.com
    clarity.ms mixpanel.com amplitude.com segment.io chartbeat.com quantserve.com tanx.com linezing.com tongji.com
    phpstat.net adxmi.com trackingio.com reyun.com ptengine.cn ptengine.com yigao.com
"""
# Parameters that mark a visitor for somebody's statistics.
PARAMETERS: Final = """
    utm_source utm_medium utm_campaign utm_term utm_content utm_id gclid dclid fbclid msclkid yclid hmsr hmpl hmcu hmkw
    hmci _ga _gl mz_ca mz_sp mz_kw mz_sb adjust_tracker adjust_campaign af_siteid af_c_id af_channel pk_source
    pk_campaign mtm_source mtm_campaign bd_vid qhclickid tracker trackid track_id clickid click_id spm scm mc_cid
"""
# Addresses that hide where they lead; only Weibo's own t.cn can be opened, through Weibo.
SHORTENERS: Final = """
    bit.ly dwz.cn goo.gl tinyurl.com is.gd url.cn suo.im ow.ly t.co sourl.cn mrw.so rrd.me u.nu w.url.cn suo.nz
"""
_MONITORS: Final = tuple(MONITORS.split())
_PARAMETERS: Final = frozenset(PARAMETERS.split())
_SHORTENERS: Final = tuple(SHORTENERS.split())
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
    """What is wrong with a link: the rule, whether it is refused outright, and the proof."""

    rule: str
    certain: bool
    shown: str


def found_in(text: str) -> Iterator[tuple[int, int]]:
    """The half-open spans of everything in a plain text that reads as an address, also without a scheme."""
    for match in _LINK.finditer(text):
        yield match.start(), match.start() + len(match[0].rstrip(_TRAILING))


def short_links(texts: Sequence[str]) -> list[str]:
    """The t.cn links in these texts, each once, in order: what Weibo is asked to open (A39)."""
    return list(dict.fromkeys(link for text in texts for link in _SHORT.findall(text)))


def is_short(link: str) -> bool:
    return _SHORT.fullmatch(link) is not None


def doubts(link: str) -> list[Doubt]:
    """Everything to be said against one address, by its form alone."""
    try:
        parts = urlsplit(link if "://" in link or link.lower().startswith(("javascript:", "data:")) else f"//{link}")
        host = (parts.hostname or "").rstrip(".")
        pairs = parse_qsl(f"{parts.query}&{parts.fragment}", keep_blank_values=True)
    except ValueError:
        return [Doubt("bad_link", certain=False, shown=link[:80])]
    if parts.scheme not in ("", "http", "https"):
        return [Doubt("bad_link", certain=True, shown=f"{parts.scheme}:")]
    found = [Doubt("monitor_domain", certain=True, shown=host) for domain in _MONITORS if _under(host, domain)]
    marks = sorted({name.lower() for name, _ in pairs} & _PARAMETERS)
    found += [Doubt("monitor_parameter", certain=False, shown=name) for name in marks]
    if any(_under(host, domain) for domain in _SHORTENERS):
        found.append(Doubt("hidden_target", certain=False, shown=host))
    if not host or parts.username is not None or _ADDRESS.fullmatch(host) or "xn--" in host:
        found.append(Doubt("bad_link", certain=False, shown=parts.netloc[:80]))
    return found


def _under(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")
