"""Fields are drawn from our own templates, for speed; what comes out is what Django draws."""

from html.parser import HTMLParser

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates

from weitask.widgets import Renderer

ATTRS = {"class": 'a"<b', "data-n": 3, "required": True, "disabled": False, "id": "x"}
CHOICES = [("", "–"), ("one", "<一>"), ("组", [("2", "二"), ("three", "三")])]
WIDGETS = [
    *(forms.TextInput, forms.NumberInput, forms.HiddenInput, forms.Textarea, forms.CheckboxInput, forms.PasswordInput),
    *(forms.DateTimeInput, forms.FileInput, forms.MultipleHiddenInput),
]


class _Parts(HTMLParser):
    """What a browser reads: tags with their attributes in any order, and words."""

    def __init__(self, drawn):
        super().__init__()
        self.seen = []
        self.feed(drawn)

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, sorted((name, value or "") for name, value in attrs)))

    def handle_endtag(self, tag):
        self.seen.append(tag)

    def handle_data(self, data):
        if data.strip():
            self.seen.append(data.strip())


def _drawn(widget, renderer, value):
    return _Parts(widget.render("field", value, attrs=ATTRS, renderer=renderer)).seen


@pytest.mark.parametrize("kind", WIDGETS)
@pytest.mark.parametrize("value", [None, "", 'x"<y', ["one", "2"]])
def test_an_input_is_what_django_draws(kind, value):
    assert _drawn(kind(), Renderer(), value) == _drawn(kind(), DjangoTemplates(), value)


@pytest.mark.parametrize("kind", [forms.Select, forms.SelectMultiple, forms.RadioSelect, forms.CheckboxSelectMultiple])
@pytest.mark.parametrize("value", [None, "2", ["one", "three"]])
def test_a_choice_is_what_django_draws(kind, value):
    assert _drawn(kind(choices=CHOICES), Renderer(), value) == _drawn(kind(choices=CHOICES), DjangoTemplates(), value)
