"""The Weibo client: one method per thing the product asks of Weibo (weibo.md).

Every method makes exactly one call (a picture upload is its own), is thread-safe, never retries, and raises only
`weitask.gateways.errors`. Times come back in UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from types import TracebackType
from urllib.parse import urlencode

from weitask.gateways.errors import Effect, PermanentError, ReauthoriseError
from weitask.gateways.weibo import posting, records
from weitask.gateways.weibo.config import WeiboConfig
from weitask.gateways.weibo.records import Counts, Post, Token, TokenInfo, User
from weitask.gateways.weibo.session import Ask, Session

MAX_BATCH = 50
MAX_COUNTS = 100
MAX_LINKS = 20
MAX_PAGE = 100
NOTHING_FOUND = "20101"


class WeiboClient:
    """All calls to Weibo. Share one per process: `weitask.gateways.weibo.client()`."""

    def __init__(self, config: WeiboConfig, session: Session | None = None) -> None:
        self.config = config
        self._session = session or Session(config)

    def __enter__(self) -> WeiboClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._session.close()

    def pinned(self, *, now: datetime) -> WeiboClient:
        """This client with the business time fixed, for pools of threads that must not ask the database (spec 8).

        Shares connections and breaker; do not close it. Where no business time is sent, nothing changes.
        """
        return WeiboClient(self.config, self._session.pinned(now))

    # --- OAuth2 (section 2) -----------------------------------------------------------------------------------

    def authorize_url(self, *, redirect_uri: str, state: str, forcelogin: bool = False) -> str:
        """Where to send the browser; `forcelogin` makes Weibo ask for the password again."""
        query = {
            "client_id": self.config.app_key,
            "redirect_uri": redirect_uri,
            "response_type": "code",
            "state": state,
        }
        if forcelogin:
            query["forcelogin"] = "true"
        return f"{self.config.authorize_base}/oauth2/authorize?{urlencode(query)}"

    def exchange_code(self, *, code: str, redirect_uri: str) -> Token:
        """The token for a login code, which works once. 21325 (used or stale): `PermanentError`, cause account."""
        form = {
            "client_id": self.config.app_key,
            "client_secret": self.config.app_secret,
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
        }
        ask = Ask(f"{self.config.api_base}/oauth2/access_token", Effect.WRITE, form=form)
        return self._session.ask(ask, records.parse_token)

    def token_info(self, *, token: str) -> TokenInfo:
        """Whose token it is and how long it lives."""
        ask = Ask(f"{self.config.api_base}/oauth2/get_token_info", token=token, form={})
        return self._session.ask(ask, records.parse_token_info)

    def revoke(self, *, token: str) -> None:
        """Give the token back. One that is dead already counts as given back."""
        ask = Ask(f"{self.config.api_base}/oauth2/revokeoauth2", token=token, form={})
        try:
            self._session.ask(ask, lambda _: None)
        except ReauthoriseError:
            return

    # --- Writing (section 4, architecture 5) ------------------------------------------------------------------

    def upload_picture(self, *, token: str, content: bytes, filename: str) -> str:
        """Upload one JPEG, PNG or GIF under 5 MB; answers its pic_id. Safe to repeat: nobody sees it."""
        ask = posting.picture(self.config, token=token, content=content, filename=filename)
        return self._session.ask(ask, posting.parse_pic_id)

    def publish(
        self,
        *,
        token: str,
        text: str,
        pic_ids: Sequence[str],
        order_number: str,
        rip: str,
        deadline: float | None = None,
    ) -> Post:
        """Make an original post that carries our order number in its annotations.

        Args:
            pic_ids: at most nine.
            rip: the real IP of the account's owner.
            deadline: a `time.monotonic()` value; once passed nothing is written, `TemporaryError("deadline")`.
        """
        draft = posting.Draft(
            token=token,
            text=text,
            pic_ids=tuple(pic_ids),
            order_number=order_number,
            rip=rip,
            deadline=deadline,
        )
        return self._session.ask(posting.original(self.config, draft), records.parse_post)

    def repost(self, *, token: str, source_id: str, text: str, rip: str, deadline: float | None = None) -> Post:
        """Repost `source_id`; `rip` and `deadline` as in `publish`. Reposts carry no annotations."""
        form = {"id": source_id, "is_comment": "0", "rip": rip}
        if text:
            form["status"] = text
        ask = Ask(
            f"{self.config.biz_base}/2/statuses/repost/biz.json",
            Effect.WRITE,
            token=token,
            form=form,
            deadline=deadline,
        )
        return self._session.ask(ask, records.parse_post)

    # --- Reading (sections 3 and 6) ---------------------------------------------------------------------------

    def user(self, *, token: str, uid: str) -> User:
        """The user as Weibo shows it now."""
        return self._session.ask(self._get("users/show", token=token, uid=uid), records.parse_user)

    def show(self, *, token: str, post_id: str) -> Post:
        """One post. Gone (20101), blocked (20104) or private (20112): `PermanentError`, cause target."""
        return self._session.ask(self._get("statuses/show", token=token, id=post_id), records.parse_post)

    def timeline(
        self, *, token: str, uid: str, since_id: str | None = None, page: int = 1, count: int = MAX_PAGE
    ) -> list[Post]:
        """One page of the account's own posts, newest first; deletion sentinels come as `deleted`.

        The end is an empty page. A page that cannot be read whole is an error, never a shorter page.
        """
        query = {"uid": uid, "page": str(page), "count": str(min(count, MAX_PAGE))}
        if since_id is not None:
            query["since_id"] = since_id
        return self._session.ask(self._get("statuses/user_timeline", token=token, **query), records.parse_posts)

    def read_posts(self, *, ids: Sequence[str]) -> dict[str, Post]:
        """Up to 50 posts of anyone, on the platform's token. An id that is missing here does not exist for Weibo."""
        if not ids:
            return {}
        ask = self._biz("statuses/show_batch/biz", ids=_joined(ids, most=MAX_BATCH))
        try:
            found = self._session.ask(ask, records.parse_batch)
        except PermanentError as error:
            if error.code == NOTHING_FOUND:
                return {}
            raise
        return {post_id: found[post_id] for post_id in ids if post_id in found}

    def counts(self, *, ids: Sequence[str]) -> dict[str, Counts]:
        """Reposts, comments and likes of up to 100 posts; deleted and unknown ones are left out."""
        if not ids:
            return {}
        ask = self._biz("statuses/count/biz", ids=_joined(ids, most=MAX_COUNTS))
        try:
            return self._session.ask(ask, records.parse_counts)
        except PermanentError as error:
            if error.code == NOTHING_FOUND:
                return {}
            raise

    # --- Notices and short links (section 7) ------------------------------------------------------------------

    def notify(self, *, uids: Sequence[str], template: str, objects: Sequence[str], action_url: str) -> None:
        """Send a notice to up to 100 users of the app; `objects` are cut to 32 bytes each."""
        ask = posting.notice(self.config, posting.Notice(tuple(uids), template, tuple(objects), action_url))
        self._session.ask(ask, lambda _: None)

    def shorten(self, *, token: str, url: str) -> str:
        """The t.cn form of a link."""
        ask = self._get("short_url/shorten", token=token, url_long=url)
        return self._session.ask(ask, posting.parse_short_link)

    def expand(self, *, urls: Sequence[str]) -> dict[str, str]:
        """What up to 20 t.cn links stand for (A39); the unknown ones are left out. Nothing else is fetched (F62)."""
        if not urls:
            return {}
        if len(urls) > MAX_LINKS:
            raise ValueError("too many links for one call")
        ask = Ask(
            f"{self.config.api_base}/2/short_url/expand.json",
            token=self.config.platform_token,
            query={"url_short": list(urls)},
        )
        return dict(self._session.ask(ask, records.parse_links))

    def _get(self, path: str, *, token: str, **query: str) -> Ask:
        return Ask(f"{self.config.api_base}/2/{path}.json", token=token, query=query)

    def _biz(self, path: str, **query: str) -> Ask:
        """A read on the platform's own commercial token."""
        return Ask(f"{self.config.biz_base}/2/{path}.json", token=self.config.platform_token, query=query)


def _joined(ids: Sequence[str], *, most: int) -> str:
    if len(ids) > most:
        raise ValueError("too many ids for one call")
    return ",".join(ids)
