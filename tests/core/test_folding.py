"""What of a template depends on the language alone is drawn once for each; nothing else is."""

import pytest
from django.template import Context, Template, engines
from django.template.base import NodeList
from django.template.loader import get_template
from django.utils.translation import override

from weitask.folding import Fixed, fold


def compiled(text: str) -> Template:
    return engines["django"].from_string(f"{{% load i18n static weitask %}}{text}").template


def folded(text: str) -> Template:
    template = compiled(text)
    fold(template.nodelist)
    return template


def kinds(nodes: NodeList) -> list[str]:
    return [type(node).__name__ for node in nodes][1:]  # behind `load`


ALONE = """<b>{% translate '首页' %}</b> {% url 'home' %} {% static 'img/mark.svg' %} {% icon 'moon' %}"""


def test_what_depends_on_the_language_alone_becomes_one():
    assert kinds(folded(ALONE).nodelist) == ["Fixed"]


def test_it_is_drawn_as_before_in_each_language():
    whole, plain = folded(ALONE), compiled(ALONE)
    said = []
    for language in ("zh-hans", "en", "zh-hans"):
        with override(language):
            assert whole.render(Context()) == plain.render(Context())
            said.append(whole.render(Context()))
    assert said[0] == said[2] != said[1]


@pytest.mark.parametrize(
    "part",
    [
        "{{ name }}",
        "{% translate name %}",
        "{% translate '首页' as title %}",
        "{% translate '首页' context name %}",
        "{% url 'task' number %}",
        "{% url name %}",
        "{% url 'home' as to %}",
        "{% url 'admin:index' %}",
        "{% static name %}",
        "{% icon name %}",
        "{% icon 'moon' as moon %}",
    ],
)
def test_what_depends_on_the_page_is_left_alone(part):
    assert "Fixed" not in kinds(folded(f"<b>{part}</b>").nodelist)


def test_the_parts_inside_are_folded_too():
    words = "<b>{% translate '首页' %}</b>"
    template = folded(
        f"{{% for one in name %}}{words}{{% endfor %}}{{% if name %}}{words}{{% else %}}{words}{{% endif %}}"
    )
    loop, choice = template.nodelist[-2:]
    assert [type(node) for node in loop.nodelist_loop] == [Fixed]
    assert [type(node) for node in choice] == [Fixed, Fixed]


def test_the_templates_of_the_site_are_folded_when_they_are_read():
    assert get_template("components/footer.html").template.nodelist.get_nodes_by_type(Fixed)
    assert get_template("base.html").template.nodelist.get_nodes_by_type(Fixed)
