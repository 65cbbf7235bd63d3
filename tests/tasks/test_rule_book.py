"""The rule book: what a rule must prove before it is kept, and versions that stay as they were (R42-R47, R49, F61)."""

import importlib

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from tasks import review
from tasks.models import Decision, Rule, RuleCategory, RuleSet
from tasks.screening import Part, categories, current, examples, publishing, screen
from tests.factories import UserFactory
from tests.moments import HOUR, MONDAY
from tests.tasks.making import reviewer, submitted
from weitask.refusal import Forbidden, Refusal

pytestmark = pytest.mark.django_db
seed = importlib.import_module("tasks.migrations.0002_first_rule_book")


def administrator() -> User:
    return UserFactory(staff=True, is_superuser=True)


def rule(text="买热评", *, kind="word", category=categories.FOLLOWERS, **typed) -> Rule:
    """A rule that is not kept yet."""
    named = RuleCategory.objects.get(name=category) if category else None
    typed = {"positive": f"这里{text}", "negative": "周末吃火锅"} | typed
    return Rule(kind=kind, text=text, plain=examples.plain_of(kind=kind, text=text), category=named, **typed)


def kept(text="买热评", **typed) -> Rule:
    one = rule(text, **typed)
    one.save()
    return one


def wrong(one: Rule) -> set[str]:
    """The fields at which something stands against keeping it."""
    return set(examples.problems(rule=one, draft=publishing.draft()))


def shown(text: str) -> set[str]:
    return {one.entry for one in screen([Part("text", text)])}


def test_the_first_version_is_what_weitask_was_built_with():
    assert (current().version, RuleSet.objects.count()) == ("1-8cbe9405", 1)
    assert publishing.waiting() == publishing.Changes([], [], [], [])
    assert Rule.objects.count() == len(seed.rules()) == 323


def test_every_first_rule_stands_up_to_its_own_examples():
    draft = publishing.draft()
    assert {one.text: found for one in draft if (found := examples.problems(rule=one, draft=draft))} == {}


def test_the_normalised_form_of_every_first_rule_is_the_machines():
    wrongly = [one.text for one in Rule.objects.all() if one.plain != examples.plain_of(kind=one.kind, text=one.text)]
    assert wrongly == []


@pytest.mark.parametrize(
    ("typed", "fields"),
    [
        ({}, set()),
        ({"positive": "没有那个词"}, {"positive"}),
        ({"positive": ""}, {"positive"}),
        ({"positive": "買🔥熱\u200b評"}, set()),
        ({"negative": "买热评"}, {"negative"}),
        ({"negative": " \n "}, {"negative"}),
        ({"positive": "\n".join(["买热评"] * 21)}, {"positive"}),
    ],
)
def test_a_rule_proves_itself_by_its_examples(typed, fields):
    assert wrong(rule(**typed)) == fields


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("word", "。！\u200b"),
        ("word", "药"),
        ("pattern", "(买"),
        ("pattern", "买?"),
        ("pattern", "(?:a+)+买"),
        ("domain", "https://bad.example.com"),
        ("parameter", "UTM source"),
        ("shortener", "BIT.LY"),
    ],
)
def test_a_rule_that_could_never_work_is_refused_at_its_text(kind, text):
    assert wrong(rule(text, kind=kind)) == {"text"}


def test_an_innocent_phrase_must_let_its_examples_pass_and_no_others():
    good = {"kind": "innocent", "category": None, "positive": "戒毒所的药品", "negative": "这里有药品"}
    assert wrong(rule("戒毒所的药品", **good)) == set()
    assert wrong(rule("戒毒所", **good)) == {"positive"}
    assert wrong(rule("药品", **good | {"positive": "药品"})) == {"negative"}


def test_two_rules_that_read_the_same_are_one():
    kept("买热评")
    with pytest.raises(DatabaseError), transaction.atomic():
        kept("買-熱-評")


def test_a_rule_screens_from_the_moment_it_is_published():
    kept(title="热评交易")
    assert shown("买热评") == set()
    made = publishing.publish(by=administrator(), note="评论买卖", now=MONDAY)
    assert (made.number, current().version) == (2, made.version)
    assert shown("买热评") == {"热评交易"}


def test_a_published_rule_can_refuse_a_submission_outright():
    kept(action="block")
    publishing.publish(by=administrator(), note="评论买卖", now=MONDAY)
    with pytest.raises(Refusal) as refusal:
        submitted(text="这里买热评")
    assert refusal.value.code == "screening_blocked"


def test_a_longer_hint_never_hides_what_is_forbidden():
    kept("卖热评", action="block")
    kept("专业卖热评")
    publishing.publish(by=administrator(), note="评论买卖", now=MONDAY)
    found = screen([Part("text", "专业卖热评")])
    assert [(one.action, one.shown) for one in found] == [("flag", "专业卖热评"), ("block", "卖热评")]


def test_a_submission_and_its_decision_keep_the_versions_they_were_judged_by():
    submission = submitted(text="这里买热评")
    kept()
    made = publishing.publish(by=administrator(), note="评论买卖", now=MONDAY)
    review.reject(submission=submission, by=reviewer(), reason="评论买卖", now=MONDAY + HOUR)
    submission.refresh_from_db()
    assert (submission.rule_version, submission.findings) == ("1-8cbe9405", [])
    assert Decision.objects.get().rule_version == made.version


@pytest.mark.parametrize("statement", ["UPDATE tasks_ruleset SET note = 'x'", "DELETE FROM tasks_ruleset"])
def test_a_published_version_is_for_ever(statement):
    with pytest.raises(DatabaseError), transaction.atomic():
        connection.cursor().execute(statement)


def test_what_publishing_would_change_is_told_rule_by_rule():
    kept()
    Rule.objects.filter(text="外挂代练").delete()
    Rule.objects.filter(text="bit.ly").update(action="block")
    RuleCategory.objects.filter(name=categories.FOLLOWERS).update(four_eyes=True)
    changes = publishing.waiting()
    assert [one.text for one in changes.added] == ["买热评"]
    assert [one.text for one in changes.removed] == ["外挂代练"]
    assert [(old.action, new.action) for old, new in changes.changed] == [("flag", "block")]
    assert changes.four_eyes == [categories.FOLLOWERS]


def test_an_innocent_phrase_that_silences_another_rule_is_not_published():
    kept("减肥药", kind="innocent", category=None, positive="减肥药", negative="毒品")
    with pytest.raises(Refusal, match="减肥药") as refusal:
        publishing.publish(by=administrator(), note="减肥药放行", now=MONDAY)
    assert refusal.value.code == "examples_fail"


def test_nothing_new_and_nothing_said_are_no_version():
    with pytest.raises(Refusal, match="无需发布"):
        publishing.publish(by=administrator(), note="没有变化", now=MONDAY)
    kept()
    with pytest.raises(Refusal, match="请写明"):
        publishing.publish(by=administrator(), note="  ", now=MONDAY)


def test_a_reviewer_proposes_rules_and_does_not_publish_them():
    kept()
    with pytest.raises(Forbidden):
        publishing.publish(by=reviewer(), note="评论买卖", now=MONDAY)


def test_screening_asks_the_database_for_the_version_alone():
    current()
    with CaptureQueriesContext(connection) as queries:
        screen([Part("text", "减肥药 http://bit.ly/a")])
    assert len(queries) == 1
