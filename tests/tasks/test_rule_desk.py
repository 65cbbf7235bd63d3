"""The rule book in the admin: errors at their field, a text tried, differences, publication (R42-R47, R49)."""

import pytest
from django.test import Client

from tasks.models import Rule, RuleCategory, RuleSet
from tasks.screening import categories
from tests.factories import UserFactory
from tests.moments import MONDAY
from tests.tasks.making import reviewer
from tests.tasks.test_desk import page, said
from weitask import clock

pytestmark = pytest.mark.django_db
RULES = "/admin/tasks/rule/"
VERSIONS = "/admin/tasks/ruleset/"


@pytest.fixture(autouse=True)
def monday(db):
    clock.pin(at=MONDAY)


@pytest.fixture
def desk() -> Client:
    return sitting(reviewer())


@pytest.fixture
def administrator() -> Client:
    return sitting(UserFactory(username="zhuguan", staff=True, is_superuser=True))


def sitting(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def typed(**values):
    category = RuleCategory.objects.get(name=categories.FOLLOWERS).pk
    plain = {"kind": "word", "category": category, "action": "flag", "text": "買熱評"}
    return plain | {"title": "", "positive": "这里买🔥热评", "negative": "周末吃火锅", "note": ""} | values


def test_a_reviewer_adds_a_rule_and_sees_its_normalised_form(desk):
    said(desk, f"{RULES}add/", typed())
    rule = Rule.objects.get(text="買熱評")
    assert rule.plain == "买热评"
    assert "买热评" in page(desk, f"{RULES}{rule.pk}/change/")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"positive": "没有"}, "没有命中：没有（规范形式 没有）"),
        ({"negative": "买，热，评"}, "不应命中：买，热，评（规范形式 买热评）"),
        ({"text": "減肥藥"}, "已有规范形式相同的规则：减肥药"),
        ({"category": ""}, "其它规则必须选择类别"),
        ({"kind": "pattern", "text": "(买"}, "正则表达式有误"),
    ],
)
def test_a_rule_that_does_not_hold_is_not_kept_and_says_why(desk, values, words):
    if values.get("text") == "減肥藥":
        values = values | {"positive": "减肥药"}
    assert words in said(desk, f"{RULES}add/", typed(**values))
    assert Rule.objects.count() == 323


def test_a_kept_rule_can_be_changed_without_meeting_itself(desk):
    said(desk, f"{RULES}add/", typed())
    rule = Rule.objects.get(text="買熱評")
    said(desk, f"{RULES}{rule.pk}/change/", typed(action="block", title="热评交易"))
    rule.refresh_from_db()
    assert (rule.action, str(rule)) == ("block", "热评交易")


def test_a_text_is_tried_on_the_published_rules_and_on_the_draft(desk):
    said(desk, f"{RULES}add/", typed())
    assert "试一段文字" in page(desk, f"{RULES}try/")
    shown = said(desk, f"{RULES}try/", {"text": "買🔥熱評，減肥藥"})
    assert "买热评减肥药" in shown
    assert shown.count("减肥药</span>") >= 2
    published, draft = shown.split('<section class="wt-card">')[1:]
    assert "词汇「買熱評」" not in published
    assert "词汇「買熱評」" in draft


def test_the_list_says_what_is_not_published_yet(desk):
    assert "草稿与现行版本相同" in page(desk, RULES)
    said(desk, f"{RULES}add/", typed())
    assert "草稿新增 1 条，删除 0 条，修改 0 条，尚未发布" in page(desk, RULES)


def test_an_administrator_publishes_after_seeing_the_differences(administrator):
    said(administrator, f"{RULES}add/", typed())
    Rule.objects.filter(text="bit.ly").update(action="block")
    Rule.objects.filter(text="外挂代练").delete()
    shown = page(administrator, f"{VERSIONS}publish/")
    for part in ("買熱評", "外挂代练", "提示审核员 → 禁止提交"):
        assert part in shown
    assert "已发布" in said(administrator, f"{VERSIONS}publish/", {"note": "评论买卖"})
    made = RuleSet.objects.get(number=2)
    assert (made.published_by, made.note, made.published_at) == ("zhuguan", "评论买卖", MONDAY)
    assert "与上一版的差异" in page(administrator, f"{VERSIONS}{made.pk}/change/")


def test_a_refused_publication_says_why(administrator):
    assert "无需发布" in said(administrator, f"{VERSIONS}publish/", {"note": "没有变化"})
    assert RuleSet.objects.count() == 1


def test_a_reviewer_sees_the_differences_and_cannot_publish(desk):
    said(desk, f"{RULES}add/", typed())
    assert "由超级管理员发布" in page(desk, f"{VERSIONS}publish/")
    assert "您没有执行此操作的权限" in said(desk, f"{VERSIONS}publish/", {"note": "评论买卖"})
    assert RuleSet.objects.count() == 1


def test_a_reviewer_cannot_lower_the_bar_of_two_reviewers(desk):
    category = RuleCategory.objects.get(name=categories.PROHIBITED)
    assert desk.post(f"/admin/tasks/rulecategory/{category.pk}/change/", {"name": "x"}).status_code == 403


def test_versions_are_looked_at_and_never_touched(administrator):
    first = RuleSet.objects.get()
    assert "烟草" in page(administrator, f"{VERSIONS}{first.pk}/change/")
    page(administrator, f"{VERSIONS}{first.pk}/delete/", 403)
    page(administrator, f"{VERSIONS}add/", 403)
    page(administrator, f"{VERSIONS}abc/change/", 404)


def test_a_version_shows_each_of_its_rules_once_with_its_kind(administrator):
    version = RuleSet.objects.get()
    groups = administrator.get(f"{VERSIONS}{version.pk}/change/").context["groups"]
    shown = [(one["category"], str(one["kind"]), rule["text"]) for one in groups for rule in one["rules"]]
    kinds = dict(Rule.Kind.choices)
    held = [(rule["category"], str(kinds[rule["kind"]]), rule["text"]) for rule in version.data["rules"]]
    assert (sorted(shown), len(groups) < 40 < len(held)) == (sorted(held), True)


def test_reasons_are_switched_off_and_not_deleted(desk):
    assert "图片中含有违禁内容" in page(desk, "/admin/tasks/reasontemplate/")
    page(desk, "/admin/tasks/reasontemplate/1/delete/", 403)


@pytest.mark.parametrize("path", [f"{RULES}try/", RULES, VERSIONS, f"{VERSIONS}publish/", f"{VERSIONS}1/change/"])
def test_other_staff_have_no_business_with_the_rules(path):
    page(sitting(UserFactory(staff=True)), path, 403)
