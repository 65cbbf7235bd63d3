"""Short ways to say the usual Weibo calls."""

import json
from typing import Any

import httpx

PLATFORM = "platform-commercial-token"


def post(http: httpx.Client, token: str, text: str = "周末去哪儿吃", *, order: str = "", **more: str) -> dict[str, Any]:
    """Publish through the commercial interface; the status object or the error body."""
    if order:
        more["annotations"] = json.dumps([{"weitask_order": order}])
    sent = {"access_token": token, "status": text, **more}
    return http.post("/2/statuses/upload_url_text/biz.json", data=sent).json()


def repost(http: httpx.Client, token: str, source: str, text: str = "值得一看") -> dict[str, Any]:
    """Repost through the commercial interface."""
    sent = {"access_token": token, "id": source, "status": text}
    return http.post("/2/statuses/repost/biz.json", data=sent).json()


def show(http: httpx.Client, token: str, post_id: str) -> httpx.Response:
    """Read one post."""
    return http.get("/2/statuses/show.json", params={"access_token": token, "id": post_id})


def batch(http: httpx.Client, *ids: str) -> dict[str, Any]:
    """Read posts of anyone."""
    sent = {"access_token": PLATFORM, "ids": ",".join(ids)}
    return http.get("/2/statuses/show_batch/biz.json", params=sent).json()


def timeline(http: httpx.Client, token: str, **more: str | int) -> list[dict[str, Any]]:
    """The caller's own posts, newest first."""
    answer = http.get("/2/statuses/user_timeline.json", params={"access_token": token, **more})
    return answer.json()["statuses"]
