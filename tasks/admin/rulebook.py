"""The rule book at the desk: edit with examples, try a text, see what would change, publish (R42-R47, R49)."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts.access import PUBLISH_RULES
from accounts.admin.linking import NamedInRows
from tasks import queries, screening
from tasks.admin.access import LookOnly, person
from tasks.admin.marks import highlighted, told
from tasks.models import ReasonTemplate, Rule, RuleCategory, RuleSet
from tasks.screening import Part, examples, publishing
from tasks.screening.book import Book, key_of
from weitask import clock
from weitask.refusal import Refusal

_FIELDS: Final = ("kind", "category", "action", "text", "title", "positive", "negative", "note")
MOST_TRIED: Final = 5_000


class RuleForm(forms.ModelForm):
    """A rule is kept when its examples come out as promised; each that does not is an error at its field."""

    class Meta:
        model = Rule
        fields = _FIELDS
        widgets = {name: UnfoldAdminTextareaWidget(attrs={"rows": 4}) for name in ("positive", "negative")}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.errors:
            return data
        rule = Rule(pk=self.instance.pk, **{name: data[name] for name in _FIELDS})
        self.instance.plain = rule.plain = examples.plain_of(kind=rule.kind, text=rule.text)
        for field, words in examples.problems(rule=rule, draft=publishing.draft()).items():
            for line in words:
                self.add_error(field, line)
        return data


class PublishForm(forms.Form):
    """Why there is a new version, for those who read decisions made under it."""

    note = forms.CharField(
        label=gettext_lazy("发布说明"), max_length=200, widget=forms.TextInput(attrs={"class": "wt-input"})
    )


class TryForm(forms.Form):
    """Any text, as an advertiser might write it."""

    text = forms.CharField(
        label=gettext_lazy("试一段文字"),
        max_length=MOST_TRIED,
        widget=forms.Textarea(attrs={"rows": 4, "class": "wt-input"}),
    )


@admin.register(Rule)
class RuleAdmin(ModelAdmin):
    form = RuleForm
    list_display = ("__str__", "kind", "category", "action", "plain", "note")
    list_filter = ("kind", "category", "action")
    list_select_related = ("category",)
    search_fields = ("text", "plain", "title", "note")
    fields = ("kind", "category", "action", "text", "plain", "title", "positive", "negative", "note")
    readonly_fields = ("plain",)
    list_before_template = "admin/tasks/_book.html"

    class Media:
        css = {"all": ("tasks/desk.css",)}

    def get_urls(self) -> list[URLPattern]:
        return [path("try/", self.admin_site.admin_view(self.try_view), name="tasks_rule_try"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The draft, with how it differs from what screens today."""
        told_first = {"version": screening.current().version, "changes": publishing.waiting()}
        return super().changelist_view(request, {**(extra_context or {}), **told_first})

    def try_view(self, request: HttpRequest) -> HttpResponse:
        """What a text looks like to the machine, and what the published rules and the draft say to it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = TryForm(request.POST or None)
        context: dict[str, Any] = {}
        if form.is_valid():
            text, book = form.cleaned_data["text"], screening.current()
            context = {
                "plain": key_of(text),
                "tried": [
                    (_("现行版本 %(version)s") % {"version": book.version}, *_screened(text, book)),
                    (_("草稿"), *_screened(text, publishing.draft_book())),
                ],
            }
        context |= {**self.admin_site.each_context(request), "title": _("试规则"), "opts": self.opts, "form": form}
        return TemplateResponse(request, "admin/tasks/try.html", context)


def _screened(text: str, book: Book) -> tuple[Any, list[dict[str, Any]]]:
    """The text with its hits marked, and the hits in words."""
    found = [one.as_dict() for one in screening.screen([Part("text", text)], book=book)]
    return highlighted(queries.marked(text=text, where="text", findings=found)), [told(one) for one in found]


@admin.register(RuleCategory)
class RuleCategoryAdmin(ModelAdmin):
    list_display = ("name", "note", "four_eyes", "position")


@admin.register(ReasonTemplate)
class ReasonTemplateAdmin(NamedInRows, ModelAdmin):
    list_display = ("text", "position", "active")
    list_editable = ("position", "active")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A reason that is no longer used is switched off."""
        return False


def _grouped(rules: Iterable[Mapping[str, str]]) -> list[dict[str, Any]]:
    """The rules of a version by category, kind and what they do: hundreds of words are read as words, not as rows."""
    kinds, groups = dict(Rule.Kind.choices), dict[tuple[str, str, str], list[Mapping[str, str]]]()
    for rule in rules:
        groups.setdefault((rule["category"], rule["kind"], rule["action"]), []).append(rule)
    return [
        {"category": category, "kind": kinds[kind], "action": action, "rules": groups[category, kind, action]}
        for category, kind, action in sorted(groups)
    ]


@admin.register(RuleSet)
class RuleSetAdmin(LookOnly, ModelAdmin):
    list_display = ("version", "published_at", "published_by", "note")

    def get_urls(self) -> list[URLPattern]:
        publish = path("publish/", self.admin_site.admin_view(self.publish_view), name="tasks_ruleset_publish")
        return [publish, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """One version: what it changed, and every rule it holds."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        one = get_object_or_404(RuleSet, pk=int(object_id) if object_id.isdigit() else 0)
        before = RuleSet.objects.filter(number=one.number - 1).first()
        context = {
            **self.admin_site.each_context(request),
            "title": _("规则版本 %(version)s") % {"version": one.version},
            "opts": self.opts,
            "one": one,
            "changes": publishing.difference(before.data, one.data) if before else None,
            "groups": _grouped(one.data["rules"]),
        }
        return TemplateResponse(request, "admin/tasks/version.html", context)

    def publish_view(self, request: HttpRequest) -> HttpResponse:
        """What would change, then one last click."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = PublishForm(request.POST or None)
        if form.is_valid():
            try:
                made = publishing.publish(by=person(request), note=form.cleaned_data["note"], now=clock.now())
            except Refusal as refusal:
                for problem in refusal.problems:
                    messages.error(request, problem.message)
            else:
                messages.success(request, _("规则版本 %(version)s 已发布") % {"version": made.version})
                return redirect(reverse("admin:tasks_ruleset_changelist"))
        context = {
            **self.admin_site.each_context(request),
            "title": _("发布规则"),
            "opts": self.opts,
            "version": screening.current().version,
            "changes": publishing.waiting(),
            "form": form,
            "may_publish": request.user.has_perm(PUBLISH_RULES),
        }
        return TemplateResponse(request, "admin/tasks/publish.html", context)
