"""Form fields that speak money and Shanghai time, and how a refusal lands at its field."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.db import models
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from weitask.money import fen, yuan
from weitask.periods import SHANGHAI, shanghai
from weitask.refusal import Problem, Refusal


def whole_numbers(texts: Iterable[str]) -> list[int]:
    """The ids among what a request sent; anything that is no number of PostgreSQL's size is passed over."""
    return [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 19]


def chosen(asked: QueryDict, choices: type[models.TextChoices]) -> str:
    """The `?state=` of an address, for `components/states.html`; empty where it names none of the choices."""
    state = asked.get("state", "")
    return state if state in choices.values else ""


class YuanField(forms.Field):
    """Typed in yuan, cleaned to integer fen (or None when empty)."""

    default_error_messages = {"amount": _("请输入金额，最多两位小数，例如 2000.00")}

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "maxlength": "16"})

    def prepare_value(self, value: Any) -> Any:
        return yuan(value) if isinstance(value, int) else value

    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip()
        if not text:
            return None
        try:
            return fen(text)
        except ValueError as error:
            raise forms.ValidationError(self.error_messages["amount"], code="amount") from error


class ShanghaiField(forms.DateTimeField):
    """A whole minute typed on a Shanghai clock, cleaned to an aware UTC moment (or None)."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local", "step": "60"}, format="%Y-%m-%dT%H:%M")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"], **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return shanghai(value).replace(tzinfo=None) if isinstance(value, datetime) and value.tzinfo else value

    def to_python(self, value: Any) -> Any:
        if not value:
            return None
        for layout in self.input_formats or ():
            try:
                return datetime.strptime(str(value).strip(), layout).replace(tzinfo=SHANGHAI).astimezone(UTC)
            except ValueError:
                continue
        raise forms.ValidationError(self.error_messages["invalid"], code="invalid")


def put_problems(form: forms.Form, refusal: Refusal) -> list[Problem]:
    """Put each problem at its field of the form; answers those that belong to none (or to a row)."""
    rest = []
    for problem in refusal.problems:
        if problem.field in form.fields and problem.row is None:
            form.add_error(problem.field, problem.message)
        else:
            rest.append(problem)
    return rest
