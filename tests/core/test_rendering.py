"""Form fields without templates say what Django's templates say."""

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.test.html import parse_html

from weitask.rendering import FormRenderer

CHOICES = [("", "全部"), ("<a>", 'A & "B"'), ("g", [("1", "一"), ("2", "二")])]


@pytest.mark.parametrize("value", [None, "", "1", '<b>"&', True])
@pytest.mark.parametrize(
    "widget",
    [
        forms.TextInput({"class": "form-control", "disabled": True, "readonly": False, "maxlength": 3}),
        forms.NumberInput({"min": 0}),
        forms.EmailInput(),
        forms.PasswordInput(render_value=True),
        forms.HiddenInput(),
        forms.CheckboxInput(),
        forms.Select({"class": "form-select"}, choices=CHOICES),
        forms.Textarea(),
    ],
)
def test_a_field_is_said_as_djangos_own_template_says_it(widget, value):
    said, expected = (
        widget.render("field", value, {"id": 'x"y'}, renderer=renderer)
        for renderer in (FormRenderer(), DjangoTemplates())
    )
    assert parse_html(said) == parse_html(expected)
