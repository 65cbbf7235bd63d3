"""What one submission's page shows, made ready for a template without rules."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from tasks import queries
from tasks.models import Image, Item, Submission
from tasks.queries import Segment
from tasks.screening.links import found_in
from weitask.gateways.weibo_text import text_length
from weitask.money import display


@dataclass(frozen=True, slots=True)
class Post:
    """A text with its pictures as the post will look, and who posts it."""

    segments: list[Segment]
    pictures: list[Image]
    length: int
    items: list[Item]


def context(submission: Submission, *, now: datetime) -> dict[str, Any]:
    """Everything of the page but the frame and the permissions."""
    items = list(submission.items.select_related("account__category", "account__owner").order_by("pk"))
    pictures = queries.pictures(submission=submission)
    task = submission.task
    return {
        "submission": submission,
        "task": task,
        "posts": _posts(submission, items, pictures),
        "source": queries.marked(text=submission.source_text, where="source_text", findings=submission.findings),
        "findings": [_told(finding) for finding in submission.findings],
        "links": _links(submission, items),
        "account_rows": [{"item": item, "price": display(item.price), "fee": display(item.fee)} for item in items],
        "proof": pictures.get(task.proof_id or 0),
        "net": display(submission.net),
        "fee": display(submission.fee),
        "total": display(submission.total),
        "left": in_words(submission.next_start_at - now) if submission.next_start_at else "",
        "hurry": bool(submission.next_start_at and submission.next_start_at - now <= timedelta(minutes=30)),
        "history": queries.history(advertiser=task.advertiser),
        "decisions": list(task.decisions.select_related("by", "submission")),
        "is_open": submission.state == Submission.State.IN_REVIEW,
    }


def in_words(left: timedelta) -> str:
    """How long until the start, for a person in a hurry."""
    minutes = int(left.total_seconds() // 60)
    if minutes < 0:
        return _("已过")
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    if days:
        return _("%(days)d 天 %(hours)d 小时") % {"days": days, "hours": hours}
    if hours:
        return _("%(hours)d 小时 %(minutes)d 分") % {"hours": hours, "minutes": minutes}
    return _("%(minutes)d 分") % {"minutes": minutes}


def _told(finding: dict[str, Any]) -> dict[str, Any]:
    """A finding with its rule and its place in words."""
    rules = {
        "word": _("词汇"),
        "pattern": _("句式"),
        "monitor_domain": _("监测域名"),
        "monitor_name": _("疑似监测域名"),
        "monitor_parameter": _("疑似监测参数"),
        "not_opened": _("短链接未能展开，请人工打开"),
        "hidden_target": _("其它短链接，请人工打开"),
        "bad_link": _("可疑地址"),
    }
    kind, _sep, which = finding["where"].partition(":")
    places = {
        "text": _("任务内容"),
        "image": _("图片名 #%(which)s") % {"which": which},
        "selection": _("第 %(which)d 个帐号的内容") % {"which": int(which or 0) + 1},
        "source_url": _("原文链接"),
        "source_text": _("原微博"),
    }
    return {**finding, "what": rules.get(finding["rule"], finding["rule"]), "place": places.get(kind, kind)}


def _posts(submission: Submission, items: list[Item], pictures: dict[int, Image]) -> list[Post]:
    """Accounts that post the same words and pictures share one preview; the task's own comes first."""
    groups: dict[tuple[str, tuple[int, ...]], list[Item]] = {(submission.text, tuple(submission.image_ids)): []}
    first_row: dict[tuple[str, tuple[int, ...]], int] = {}
    for row, item in enumerate(items):
        key = (item.text, tuple(item.image_ids))
        groups.setdefault(key, []).append(item)
        first_row.setdefault(key, row)
    return [
        Post(
            segments=_segments(submission, text, first_row.get((text, ids), 0)),
            pictures=[pictures[pk] for pk in ids if pk in pictures],
            length=text_length(text),
            items=group,
        )
        for (text, ids), group in groups.items()
        if group or text
    ]


def _segments(submission: Submission, text: str, row: int) -> list[Segment]:
    where = "text" if text == submission.text else f"selection:{row}"
    return queries.marked(text=text, where=where, findings=submission.findings)


def _links(submission: Submission, items: list[Item]) -> list[str]:
    """Every web address in the content, for the reviewer to open; nothing here opens it (A39, R47)."""
    texts = [submission.text, submission.source_url, *(item.text for item in items)]
    found = [text[start:end] for text in texts for start, end in found_in(text)]
    return [link for link in dict.fromkeys(found) if link.lower().startswith(("http://", "https://"))]
