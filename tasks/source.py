"""The Weibo that a 转发 task promotes: read through Weibo's API and nothing else (R3, R34, F62)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from accounts.models import Advertiser, WeiboAccount
from weitask.gateways import weibo
from weitask.gateways.errors import GatewayError
from weitask.gateways.weibo_text import LinkRef, parse_link, post_url
from weitask.refusal import Refusal

_FIELD: Final = "source_url"
_LINKS_A_CALL: Final = 20


@dataclass(frozen=True, slots=True)
class Source:
    """A live public post. `screen_name` is empty when its author is no account of ours."""

    post_id: str
    uid: str
    text: str
    screen_name: str
    url: str


class Unreachable(Refusal):
    """Weibo did not answer; nothing was changed and the same call may be made again (R34)."""

    status = 503


def fetch(*, advertiser: Advertiser, url: str, now: datetime) -> Source:
    """Read the post behind a link as it is at `now`. Calls out: never inside a transaction.

    Raises:
        Unreachable: 无法取回数据 (R34).
        Refusal: no link to a post, the post is gone or private, a repost, or not the personal user's own (R3).
    """
    reference = _reference(url)
    try:
        post = weibo.client().read_posts(ids=[reference.post_id]).get(reference.post_id)
    except GatewayError as error:
        raise Unreachable("source_unreachable", _("无法取回数据，请稍后重试"), field=_FIELD) from error
    if post is None or post.deleted or post.blocked:
        raise Refusal("source_gone", _("原微博不存在或已被删除"), field=_FIELD)
    if post.visible != 0:
        raise Refusal("source_private", _("原微博不是公开的，无法转发"), field=_FIELD)
    if post.retweeted_id is not None:
        # A repost of it would hang below the first post, and could not be told from other reposts of that one.
        raise Refusal("source_is_repost", _("这是一条转发微博，请填写最初那条微博的链接"), field=_FIELD)
    if reference.uid not in (None, post.uid):
        raise Refusal("source_link_bad", _("链接中的作者与原微博不符，请重新复制链接"), field=_FIELD)
    if not may_promote(advertiser=advertiser, source_uid=post.uid):
        raise Refusal("source_not_own", _("个人用户只能推广自己绑定的微博帐号发布的微博"), field=_FIELD)
    name = WeiboAccount.objects.filter(uid=post.uid).values_list("screen_name", flat=True).first()
    return Source(post.id, post.uid, post.text, name or "", post_url(post.uid, post.id))


def may_promote(*, advertiser: Advertiser, source_uid: str) -> bool:
    """个人用户 promote only what their own bound account wrote (R3); 企业用户 anybody's (R6)."""
    if advertiser.is_enterprise:
        return True
    own = WeiboAccount.objects.filter(user_id=advertiser.user_id, uid=source_uid)
    return own.filter(token_state=WeiboAccount.Token.VALID).exists()


def open_links(links: Sequence[str]) -> dict[str, str]:
    """What t.cn links stand for, asked of Weibo (A39); those that cannot be opened now are left out. Calls out."""
    opened: dict[str, str] = {}
    for start in range(0, len(links), _LINKS_A_CALL):
        try:
            opened |= weibo.client().expand(urls=links[start : start + _LINKS_A_CALL])
        except GatewayError:
            return opened  # the reviewer sees "not opened" and looks for himself
    return opened


def _reference(url: str) -> LinkRef:
    try:
        return parse_link(url)
    except ValueError:
        raise Refusal("source_link_bad", _("请填写正确的微博原文链接"), field=_FIELD) from None
