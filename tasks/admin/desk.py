"""What one submission's page shows, made ready for a template without rules."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.models import User, WeiboAccount
from tasks import queries, screening
from tasks.admin.marks import highlighted, told
from tasks.desk import second_look
from tasks.models import FirstApproval, Image, Item, Submission
from tasks.screening import Part
from tasks.screening.links import found_in, is_short
from weitask.gateways.weibo_text import text_length
from weitask.money import display

HURRY: Final = timedelta(hours=1)
_ABOUT_LINKS: Final = ("monitor_domain", "monitor_parameter", "not_opened", "hidden_target", "bad_link")
Findings = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Post:
    """A text with its pictures as the post will look, and who posts it."""

    html: SafeString
    pictures: list[Image]
    length: int
    items: list[Item]


def context(submission: Submission, *, reader: User, now: datetime) -> dict[str, Any]:
    """Everything of the page but the frame, the claim and the permissions."""
    items = list(submission.items.select_related("account__category", "account__owner").order_by("pk"))
    pictures = queries.pictures(submission=submission)
    task, book = submission.task, screening.current()
    findings = submission.findings + _newer(submission, items, pictures, book)
    is_open = submission.state == Submission.State.IN_REVIEW
    return {
        "submission": submission,
        "task": task,
        "posts": _posts(submission, items, pictures, findings),
        "source": _segments(submission.source_text, "source_text", findings),
        "source_author": WeiboAccount.objects.filter(uid=submission.source_uid).first()
        if submission.source_uid
        else None,
        "findings": [told(finding) for finding in findings],
        "book_version": book.version,
        "links": _links(submission, items, findings),
        "account_rows": [
            {"item": item, "price": display(item.price), "fee": display(item.fee), "gone": _gone(item, now)}
            for item in items
        ],
        "proof": pictures.get(task.proof_id or 0),
        "net": display(submission.net),
        "fee": display(submission.fee),
        "total": display(submission.total),
        "left": in_words(submission.next_start_at - now) if submission.next_start_at else "",
        "hurry": bool(submission.next_start_at and submission.next_start_at - now < HURRY),
        "history": queries.history(advertiser=task.advertiser),
        "past": queries.past_decisions(advertiser=task.advertiser, besides=task),
        "decisions": list(task.decisions.select_related("by", "submission")),
        "is_open": is_open,
        "is_late": is_open and all(_gone(item, now) for item in items),
        **_second_look(submission, book, reader),
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


def _gone(item: Item, now: datetime) -> bool:
    """审核超时: lapsed, or about to be at the next look (A15)."""
    return item.lapsed_at is not None or item.start_at <= now


def _second_look(submission: Submission, book: screening.Book, reader: User) -> dict[str, Any]:
    """Why it takes two reviewers, who was the first, and whether that was oneself."""
    first = FirstApproval.objects.select_related("by").filter(submission=submission).first()
    why = second_look.reasons(submission=submission, book=book)
    return {"second_look": why, "first": first, "own_first": bool(why and first and first.by_id == reader.pk)}


def _newer(submission: Submission, items: list[Item], pictures: dict[int, Image], book: screening.Book) -> Findings:
    """What rules published since the submission add to its findings; the stored ones stay as they were (R49)."""
    if submission.rule_version == book.version or submission.state != Submission.State.IN_REVIEW:
        return []
    used = [one for pk, one in sorted(pictures.items()) if pk != submission.task.proof_id]
    parts = [Part("text", submission.text), *(Part(f"image:{one.pk}", one.name) for one in used)]
    parts += [Part(f"selection:{row}", item.text) for row, item in enumerate(items) if item.text != submission.text]
    parts += [Part("source_url", submission.source_url), Part("source_text", submission.source_text)]
    known = {_place(finding) for finding in submission.findings}
    found = screening.screen([part for part in parts if part.text], opened=submission.opened, book=book)
    return [{**one.as_dict(), "is_new": True} for one in found if _place(one.as_dict()) not in known]


def _place(finding: dict[str, Any]) -> tuple[Any, ...]:
    return finding["category"], finding["where"], finding["start"], finding["end"]


def _posts(submission: Submission, items: list[Item], pictures: dict[int, Image], findings: Findings) -> list[Post]:
    """Accounts that post the same words and pictures share one preview; the task's own comes first."""
    groups: dict[tuple[str, tuple[int, ...]], list[Item]] = {(submission.text, tuple(submission.image_ids)): []}
    first_row: dict[tuple[str, tuple[int, ...]], int] = {}
    for row, item in enumerate(items):
        key = (item.text, tuple(item.image_ids))
        groups.setdefault(key, []).append(item)
        first_row.setdefault(key, row)
    return [
        Post(
            html=_segments(text, _where(submission, text, first_row.get((text, ids), 0)), findings),
            pictures=[pictures[pk] for pk in ids if pk in pictures],
            length=text_length(text),
            items=group,
        )
        for (text, ids), group in groups.items()
        if group or text
    ]


def _where(submission: Submission, text: str, row: int) -> str:
    return "text" if text == submission.text else f"selection:{row}"


def _segments(text: str, where: str, findings: Findings) -> SafeString:
    return highlighted(queries.marked(text=text, where=where, findings=findings))


def _links(submission: Submission, items: list[Item], findings: Findings) -> list[dict[str, Any]]:
    """Every web address with what Weibo said it stands for and what is said against it; nothing here opens it (A39)."""
    texts = {"text": submission.text, "source_url": submission.source_url, "source_text": submission.source_text}
    texts |= {f"selection:{row}": item.text for row, item in enumerate(items) if item.text != submission.text}
    rows: dict[str, dict[str, Any]] = {}
    for where, text in texts.items():
        for start, end in found_in(text):
            link = text[start:end]
            row = rows.setdefault(link, _link(link, submission.opened))
            row["findings"] += [
                told(one)
                for one in findings
                if one["rule"] in _ABOUT_LINKS and one["where"] == where and one["start"] < end and start < one["end"]
            ]
    return list(rows.values())


def _link(link: str, opened: dict[str, str]) -> dict[str, Any]:
    href = link if link.lower().startswith(("http://", "https://")) else ""
    return {"link": link, "href": href, "short": is_short(link), "target": opened.get(link, ""), "findings": []}
