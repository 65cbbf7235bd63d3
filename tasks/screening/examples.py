"""A rule is tried on its own examples before it is kept, so that a slip of the pen never reaches an advertiser."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from django.utils.translation import gettext as _

from tasks.screening.book import Book, Entry, build, key_of
from tasks.screening.models import Rule
from tasks.screening.rules import Part, screen

Kind = Rule.Kind
MOST_EXAMPLES: Final = 20
_HOST: Final = re.compile(r"(?:[a-z0-9\-]{1,63}\.)+[a-z]{2,10}")
_PARAMETER: Final = re.compile(r"[a-z0-9_.\-]{2,40}")
# A repeated group may take a pattern years to say no; one letter or set repeated may not.
_REPEATED_GROUP: Final = re.compile(r"\)(?:[*+]|\{)")


def plain_of(*, kind: str, text: str) -> str:
    """The normalised form of a rule's text: what is compared, and what makes two rules the same."""
    return key_of(text) if kind in (Kind.WORD, Kind.INNOCENT) else text


def problems(*, rule: Rule, draft: Sequence[Rule]) -> dict[str, list[str]]:
    """What stands against keeping a rule, by field; nothing means that every example came out as promised.

    Args:
        draft: the other rules. An innocent phrase is tried among all of them, any other rule among innocent phrases.
    """
    found = {"text": [*_form(rule), *_same(rule, draft)], "category": list(_category(rule))}
    if not any(found.values()):
        book = build([Entry.of(rule), *_company(rule, draft)])
        found["positive"] = list(_examples(rule, rule.positive, book, hit=True))
        found["negative"] = list(_examples(rule, rule.negative, book, hit=False))
    return {field: words for field, words in found.items() if words}


def hits(*, rule: Rule, example: str, book: Book) -> bool:
    """Whether the rule speaks: it is found, or for an innocent phrase nothing is."""
    found = any(one.entry for one in screen([Part("text", example)], book=book))
    return not found if rule.kind == Kind.INNOCENT else found


def _company(rule: Rule, draft: Sequence[Rule]) -> list[Entry]:
    others = [one for one in draft if one.pk != rule.pk]
    if rule.kind == Kind.INNOCENT:
        return [Entry.of(one) for one in others]
    return [Entry.of(one) for one in others if one.kind == Kind.INNOCENT]


def _form(rule: Rule) -> Iterator[str]:
    if rule.kind in (Kind.WORD, Kind.INNOCENT) and len(key_of(rule.text)) < 2:
        yield _("去掉标点和不可见字符后至少要有两个字")
    elif rule.kind in (Kind.DOMAIN, Kind.SHORTENER) and not _HOST.fullmatch(rule.text):
        yield _("请填写小写域名，不带 http:// 和路径")
    elif rule.kind == Kind.PARAMETER and not _PARAMETER.fullmatch(rule.text):
        yield _("请填写小写的参数名")
    elif rule.kind == Kind.PATTERN:
        yield from _pattern(rule.text)


def _category(rule: Rule) -> Iterator[str]:
    if (rule.kind == Kind.INNOCENT) == (rule.category is not None):
        yield _("例外短语没有类别，其它规则必须选择类别")


def _same(rule: Rule, draft: Sequence[Rule]) -> Iterator[str]:
    plain = plain_of(kind=rule.kind, text=rule.text)
    for other in draft:
        if other.pk != rule.pk and (other.kind, other.plain) == (rule.kind, plain):
            yield _("已有规范形式相同的规则：%(rule)s") % {"rule": other}


def _pattern(text: str) -> Iterator[str]:
    try:
        pattern = re.compile(text)
    except re.error as error:
        yield _("正则表达式有误：%(why)s") % {"why": error}
        return
    if pattern.match(""):
        yield _("句式不能匹配空文本")
    if _REPEATED_GROUP.search(text):
        yield _("括号后面不能接 *、+ 或 {…}，以免匹配过慢")


def _examples(rule: Rule, typed: str, book: Book, *, hit: bool) -> Iterator[str]:
    lines = [line.strip() for line in typed.splitlines() if line.strip()]
    if not lines:
        yield _("请至少写一条示例")
    if len(lines) > MOST_EXAMPLES:
        yield _("最多 %(most)d 条示例") % {"most": MOST_EXAMPLES}
        return
    for line in lines:
        if hits(rule=rule, example=line, book=book) != hit:
            values = {"line": line, "plain": key_of(line)}
            if hit:
                yield _("没有命中：%(line)s（规范形式 %(plain)s）") % values
            else:
                yield _("不应命中：%(line)s（规范形式 %(plain)s）") % values
