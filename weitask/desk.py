"""The desk: every list stays quick over a million rows, and the menu is put together once, not for every page."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Final, cast

from allauth.account.decorators import secure_admin_login
from allauth.account.utils import get_next_redirect_url
from django.apps import apps
from django.contrib.admin import AdminSite, ModelAdmin, ShowFacets
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, gettext_lazy
from unfold.sites import UnfoldAdminSite

from weitask import desk_files, desk_pages, desk_search, proof, work
from weitask.questions import Rows

OF_A_REQUEST: Final = ("script_name", "has_permission", "available_apps", "is_popup", "log_entries")  # of the context
APPS: Final = ("tasks", "orders", "accounts", "billing", "weitask", "auth")  # as the work goes

_DONE: Final = Rows(lambda user: _entries().filter(user=user).order_by("-action_time", "-pk")[:10])


class Desk(UnfoldAdminSite):
    """The site of operators: our own lists, and logins. Those of other libraries show keys and secrets and stay out."""

    index_title = gettext_lazy("首页")

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self._frames: dict[str | None, dict[str, Any]] = {}
        self._menus: dict[tuple[str | None, frozenset[str] | None], list[dict[str, Any]]] = {}

    def register(self, model_or_iterable: Any, *args: Any, **options: Any) -> None:
        models = model_or_iterable if isinstance(model_or_iterable, Iterable) else [model_or_iterable]
        super().register([one for one in models if one._meta.app_label in APPS], *args, **options)
        for one in self._registry.values():
            one.list_per_page, one.paginator, one.show_full_result_count = desk_pages.ROWS, desk_pages.Counted, False
            one.get_changelist, one.get_queryset = _pages, _when_asked(one.get_queryset)
            one.show_facets = ShowFacets.NEVER  # numbers beside the choices of a filter count all rows
            one.get_search_results = partial(desk_search.found, one)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Every list has its file beside it, `…/export/` with the filters of the list."""
        made = [
            path("exports/<int:pk>/", self.admin_view(desk_files.page), name="export"),
            path("exports/<int:pk>/file/", self.admin_view(desk_files.file), name="export_file"),
        ]
        return [*(self._file(desk) for desk in self._registry.values()), *made, *super().get_urls()]

    def _file(self, desk: "ModelAdmin[Any]") -> URLPattern:
        address = f"{desk.opts.app_label}/{desk.opts.model_name}"
        view = self.admin_view(lambda request: desk_files.answer(desk, request))
        return path(f"{address}/export/", view, name=f"{address.replace('/', '_')}_export")

    def has_permission(self, request: HttpRequest) -> bool:
        """Staff with a second step; who lacks it reaches no page of the desk, only `login`."""
        return super().has_permission(request) and proof.of_second_step(request)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The login of the site, with its limits and its second step, in place of Django's own."""
        return cast(HttpResponse, _enter(request))

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The first page: what waits for this person, every list, and what they did last."""
        own = {"waiting": work.waiting(cast(Any, request.user)), "done": _DONE.all(user=request.user.pk)}
        return super().index(request, {**(extra_context or {}), **own})

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """What every page is given; of unfold's part, which comes from settings, one copy for each language."""
        language = get_language()
        if language not in self._frames:
            frame = super().each_context(request)
            self._frames[language] = {name: value for name, value in frame.items() if name not in OF_A_REQUEST}
        return {**AdminSite.each_context(self, request), **self._frames[language]}

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        """The lists a person may open: the same for all who have the same permissions."""
        if app_label is not None:
            return super().get_app_list(request, app_label)
        rights = None if request.user.is_superuser else frozenset(request.user.get_all_permissions())
        key = get_language(), rights
        if key not in self._menus:
            found = sorted(super().get_app_list(request), key=lambda app: APPS.index(app["app_label"]))
            self._menus[key] = [_named(app) for app in found]
        return self._menus[key]


def _when_asked(find: Callable[[HttpRequest], "QuerySet[Any]"]) -> Callable[[HttpRequest], "QuerySet[Any]"]:
    """The rows put together when something is done with them: a list as it is opened has its words already."""
    return lambda request: cast("QuerySet[Any]", SimpleLazyObject(lambda: find(request)))


def _entries() -> "QuerySet[Any]":
    """Of the desk's log; this module is read before there are models."""
    return apps.get_model("admin", "LogEntry")._default_manager.select_related("content_type")


def _pages(request: HttpRequest, **kwargs: Any) -> type[desk_pages.Cursored]:
    return desk_pages.Cursored


@secure_admin_login
def _enter(request: HttpRequest) -> HttpResponse:
    """A member of the staff is logged in: on to the page that was wanted, or to the second step."""
    wanted = get_next_redirect_url(request) or reverse("admin:index")
    if proof.of_second_step(request):
        return HttpResponseRedirect(wanted)
    return proof.lead_to_second_step(request, back=wanted)


def _named(app: dict[str, Any]) -> dict[str, Any]:
    """The names translated, once instead of for every page."""
    models = [{**one, "name": str(one["name"])} for one in app["models"]]
    return {**app, "name": str(app["name"]), "models": models}
