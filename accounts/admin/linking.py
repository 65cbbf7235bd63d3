"""Pages of the admin for who reads them: links end where one may go, and fields in rows have names."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.contrib import admin
from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist, ValidationError
from django.db.models import Field, ForeignKey, Model
from django.http import HttpRequest


class LinkedByRight:
    """On a page for looking, a related row is a link for who may open it and plain words for everybody else.

    Django links every row that the admin knows, and half of the desk would end at 403.
    """

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """The row of a page with what it points to, read once while it is only looked at: buttons ask for it too."""
        if request.method != "GET":
            return super().get_object(request, object_id, from_field)  # type: ignore[misc]
        kept = request.__dict__.setdefault("rows_of_the_desk", {})
        key = self, object_id, from_field
        if key not in kept:
            kept[key] = self._found(request, object_id, from_field)
        return kept[key]

    def _found(self, request: HttpRequest, object_id: str, from_field: str | None) -> Any:
        model: type[Model] = self.model  # type: ignore[attr-defined]
        field: Any = model._meta.pk if from_field is None else model._meta.get_field(from_field)
        near = [one.name for one in model._meta.concrete_fields if isinstance(one, ForeignKey)]
        rows = self.get_queryset(request)  # type: ignore[attr-defined]
        try:
            return rows.select_related(*near).get(**{field.name: field.to_python(object_id)})
        except (ObjectDoesNotExist, ValidationError, ValueError):
            return None

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[tuple[Any, dict[str, Any]]]:
        sets = super().get_fieldsets(request, obj)  # type: ignore[misc]
        return [(name, {**more, "fields": self._shown(more["fields"], request)}) for name, more in sets]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return self._shown(super().get_readonly_fields(request, obj), request)  # type: ignore[misc]

    def _shown(self, names: Any, request: HttpRequest) -> list[Any]:
        return [self._words_or_link(name, request) for name in names]

    def _words_or_link(self, name: Any, request: HttpRequest) -> Any:
        model: type[Model] = self.model  # type: ignore[attr-defined]
        site: admin.AdminSite = self.admin_site  # type: ignore[attr-defined]
        try:
            field = model._meta.get_field(name) if isinstance(name, str) else None
        except FieldDoesNotExist:
            return name
        desk = site._registry.get(field.related_model) if isinstance(field, ForeignKey) else None
        return name if desk is None or desk.has_view_permission(request) else _words(model, name)


class LookedAt(LinkedByRight):
    """Rows are written by verbs alone: no adding, changing or deleting, whoever asks."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class NamedInRows:
    """In a list that is edited row by row, each field has its column's name for screen readers."""

    def formfield_for_dbfield(self, db_field: "Field[Any, Any]", request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if field is not None:
            field.widget.attrs["aria-label"] = db_field.verbose_name
        return field


@cache  # Django compares the fields of a page with the read-only ones by identity
def _words(model: type[Model], name: str) -> Callable[[Model], str]:
    @admin.display(description=model._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    def words(row: Model) -> str:
        return str(getattr(row, name) or "-")

    words.__name__ = name
    return words
