"""Help, lessons and support as readers open them (R15, R50)."""

from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from orders import articles
from orders.views.help import SUBJECTS
from tests.accounts.people import make_reviewer
from tests.moments import MONDAY
from tests.pages.test_every_page import logged_in
from weitask import clock
from weitask.models import Lesson

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def pinned(db) -> None:
    clock.pin(at=MONDAY)


def lesson(**columns) -> Lesson:
    return Lesson.objects.create(title="怎样留住粉丝", summary="三个习惯", body="# 先看数据\n\n每天看一次。", **columns)


@pytest.mark.parametrize("article", articles.ARTICLES, ids=lambda article: article.slug)
def test_every_article_opens_for_everybody(client, article):
    assert client.get(reverse("help_article", args=[article.slug])).status_code == 200


def test_an_unknown_article_is_not_there(client):
    assert client.get("/help/nothing/").status_code == 404


def test_a_search_without_a_hit_says_what_to_do_next(client):
    shown = client.get(reverse("help"), {"q": "<b>没有的词</b>"}).content.decode()
    assert reverse("support") in shown
    assert "<b>没有的词</b>" not in shown


def test_a_draft_lesson_is_not_there_and_a_published_one_is(client):
    draft = lesson()
    assert client.get(reverse("lesson", args=[draft.pk])).status_code == 404
    Lesson.objects.update(published_at=MONDAY)
    shown = client.get(reverse("lesson", args=[draft.pk])).content.decode()
    assert "<h2>先看数据</h2>" in shown
    assert "怎样留住粉丝" in client.get(reverse("lessons")).content.decode()


@pytest.mark.parametrize("subject", SUBJECTS)
def test_support_puts_the_matter_in_question_first(client, subject):
    shown = client.get(reverse("support"), {"about": subject}).content.decode()
    first = shown.partition("请准备好")[2].split("<li", 2)[1]
    assert f'id="{subject}"' in first
    assert "aria-current" in first


def test_an_operator_publishes_a_lesson_and_takes_it_back():
    client = logged_in(make_reviewer())
    draft = lesson()
    address = reverse("admin:weitask_lesson_changelist")
    client.post(address, {"action": "publish", "_selected_action": [draft.pk]})
    assert Lesson.objects.get().published_at == MONDAY
    client.post(address, {"action": "take_back", "_selected_action": [draft.pk]})
    assert Lesson.objects.get().published_at is None


def test_the_author_of_a_lesson_is_who_wrote_it():
    writer = make_reviewer()
    answer = logged_in(writer).post(reverse("admin:weitask_lesson_add"), {"title": "一", "summary": "二", "body": "三"})
    assert answer.status_code == 302
    assert Lesson.objects.get().author == writer


@pytest.fixture
def lessons():
    """22 published lessons, of which the 5th and the 6th speak of fans, and a draft that does."""
    for number in range(22):
        title, summary = ("留住粉丝", "") if number == 5 else (f"第 {number} 课", "粉丝" if number == 6 else "发布时间")
        Lesson.objects.create(title=title, summary=summary, body="", published_at=MONDAY)
    Lesson.objects.create(title="粉丝", summary="", body="")
    return list(Lesson.objects.exclude(published_at=None).order_by("pk"))


def test_lessons_are_found_by_title_and_summary(client, lessons):
    page = client.get(reverse("lessons"), {"q": " 粉丝\0 "})
    assert page.context["page"].rows == [lessons[6], lessons[5]]
    assert 'value="粉丝"' in page.content.decode()


def test_lessons_are_read_from_either_end(client, lessons):
    first = client.get(reverse("lessons"), {"ordering": "oldest"}).context["page"]
    rest = client.get(reverse("lessons"), {"ordering": "oldest", "after": first.next}).context["page"]
    assert first.rows + rest.rows == lessons
    assert client.get(reverse("lessons")).context["page"].rows == lessons[:1:-1]


def test_no_lessons_say_whether_it_is_the_search(client, lessons):
    page = client.get(reverse("lessons"), {"q": "没有的词", "ordering": "oldest"}).content.decode()
    assert 'href="?ordering=oldest">清除筛选' in page
    assert "第一节课正在准备" not in page
    Lesson.objects.all().delete()
    assert "第一节课正在准备" in client.get(reverse("lessons")).content.decode()


def test_lessons_are_taken_home_as_they_are_found_and_sorted_without_a_login(client, lessons):
    asked = {"q": "粉丝", "ordering": "oldest"}
    assert "format=xlsx" in client.get(reverse("lessons"), asked).content.decode()
    file = BytesIO(client.get(reverse("lessons"), {**asked, "format": "xlsx"}).content)
    head, *rows = load_workbook(file).active.iter_rows(values_only=True)
    assert head == ("标题", "摘要", "发布时间（北京时间）")
    assert [title for title, *_ in rows] == [lessons[5].title, lessons[6].title]
