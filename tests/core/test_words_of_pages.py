"""What is rendered once per language and kept: the right language each time, and nothing of a reader."""

from django.template import engines
from django.utils.translation import override

from tasks.models import Task, TaskState


def rendered(text: str, **values: object) -> str:
    return engines["django"].from_string(f"{{% load i18n weitask %}}{text}").render(values)


def test_a_fixed_part_is_kept_for_each_language():
    template = engines["django"].from_string("{% load i18n weitask %}{% fixed %}{% translate '首页' %}{% endfixed %}")
    said = []
    for language in ("zh-hans", "en", "zh-hans"):
        with override(language):
            said.append(template.render())
    assert said == ["首页", "Home", "首页"]


def test_nothing_of_the_page_reaches_a_fixed_part():
    assert rendered("{{ name }} {% fixed %}[{{ name }}]{% endfixed %}", name="张三") == "张三 []"


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
