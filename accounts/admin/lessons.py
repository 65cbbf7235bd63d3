"""微博运营课堂: operators write lessons and publish them (R50)."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.models import User
from weitask import clock
from weitask.models import Lesson


@admin.register(Lesson)
class LessonAdmin(ModelAdmin):
    """A lesson is seen on the site from its publication on; taking it back hides it again."""

    fields = ["title", "summary", "body", "published_at", "author"]
    readonly_fields = ["published_at", "author"]
    list_display = ["title", "published_at", "updated_at", "author"]
    list_filter = [("published_at", admin.EmptyFieldListFilter)]
    search_fields = ["title", "summary", "body"]
    list_select_related = ["author"]
    actions = ["publish", "take_back"]

    def save_model(self, request: HttpRequest, obj: Lesson, form: forms.ModelForm, change: Any) -> None:
        obj.author = obj.author or cast("User", request.user)
        super().save_model(request, obj, form, change)

    @admin.action(description=_("发布所选课程"), permissions=["change"])
    def publish(self, request: HttpRequest, lessons: QuerySet[Lesson]) -> None:
        count = lessons.filter(published_at=None).update(published_at=clock.now())
        self.message_user(request, gettext("已发布 %(count)s 节课程") % {"count": count})

    @admin.action(description=_("撤下所选课程"), permissions=["change"])
    def take_back(self, request: HttpRequest, lessons: QuerySet[Lesson]) -> None:
        lessons.update(published_at=None)
        self.message_user(request, gettext("已撤下，读者不再看到"))
