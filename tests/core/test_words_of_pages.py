"""What is rendered once per language and kept: the right language each time, and nothing of a reader."""

from django.template import engines
from django.test import RequestFactory
from django.utils.translation import override

from orders import labels
from tasks.models import Task, TaskState


def rendered(text: str, **values: object) -> str:
    return engines["django"].from_string(f"{{% load i18n weitask %}}{text}").render(values)


def test_a_count_that_stops_says_so():
    assert rendered("{{ few|upto:1000 }} {{ most|upto:1000 }} {{ more|upto:1000 }}", few=0, most=1000, more=1001) == (
        "0 1000 1000+"
    )


def test_a_row_says_its_choices_in_the_language_of_the_page():
    task = Task(state=TaskState.RUNNING)
    with override("en"):
        english = task.get_state_display()
    assert (task.get_state_display(), english) == (str(TaskState.RUNNING.label), "Running")
    assert Task(state="unheard-of").get_state_display() == "unheard-of"


def test_a_stamped_row_says_its_own_name_safely_and_in_the_language_of_the_page():
    star = "{% stamped 'tasks/_star.html' number name marked=marked wide=False %}"
    shown = rendered(star, number=7, name="<b>@火</b>", marked=True, wide=True)
    assert 'id="star-7"' in shown
    assert "&lt;b&gt;@火&lt;/b&gt;" in shown
    with override("en"):
        english = rendered(star, number=8, name="@other", marked=True)
    assert ("@火" in english, "收藏" in english, 'id="star-8"' in english) == (False, False, True)


def test_a_label_is_drawn_in_the_language_of_the_page():
    with override("en"):
        english = rendered("{% badge_of label %}", label=labels.BY_SLUG["accepted"])
    chinese = rendered("{% badge_of label %}", label=labels.BY_SLUG["accepted"])
    assert (">Accepted</span>" in english, ">已接单</span>" in chinese) == (True, True)


def test_words_of_a_cell_are_escaped():
    cell = {"label": "地区", "unit": "text", "text": "<script>"}
    assert rendered("{% cells row %}", row=[cell]) == '<td class="" data-label="地区">&lt;script&gt;</td>'


def test_a_filter_changes_its_own_part_of_the_address():
    request = RequestFactory().get("/orders/", {"account": ["7", "9"], "state": "a&b", "after": "3"})
    assert rendered("{% query state='x y' after=None %}", request=request) == "?account=7&amp;account=9&amp;state=x+y"
    assert rendered("{% query after=None %}", request=request) == "?account=7&amp;account=9&amp;state=a%26b"
