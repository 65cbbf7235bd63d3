"""Logins and groups, for superusers: nobody else holds these permissions."""

from typing import Any, Final

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as BaseGroupAdmin
from django.contrib.auth.admin import UserAdmin as BaseUserAdmin
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.forms import ModelMultipleChoiceField, SelectMultiple
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from accounts.models import User
from weitask import desk

VERBS: Final = {"add": _("添加"), "change": _("修改"), "delete": _("删除"), "view": _("查看")}

admin.site.unregister(Group)


class LoginForm(UserChangeForm):
    """With a word beside the password that the framework has in English only."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = _("密码只存摘要，看不到原文；可以{link}重新设置{end}。")
        link = format_html('<a href="../password/" class="{}">', "text-primary-600 dark:text-primary-500")
        self.fields["password"].help_text = format_html(str(words), link=link, end=SafeString("</a>"))


@admin.register(User)
class UserAdmin(BaseUserAdmin, ModelAdmin):
    form = LoginForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["username", "first_name", "identity", "is_staff", "is_active", "last_login"]
    list_filter = ["identity", "is_staff", "is_superuser", "is_active", "groups"]
    search_fields = ["username", "first_name", "email", "weibo_accounts__screen_name", "weibo_accounts__uid"]
    readonly_fields = ["identity", "language", "last_login", "date_joined"]
    fieldsets = [
        (None, {"fields": ["username", "password", "first_name", "email", "identity", "language"]}),
        (_("权限"), {"fields": ["is_active", "is_staff", "is_superuser", "groups"]}),
        (_("时间"), {"fields": ["last_login", "date_joined"]}),
    ]
    filter_horizontal = []

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """A login stays, switched off: its rows in the book and in decisions name it."""
        return False


class Rights(ModelMultipleChoiceField):
    """Rights in the language of the desk; the framework names those of its own in English."""

    def label_from_instance(self, right: Permission) -> str:
        verb = right.codename.partition("_")[0]
        return f"{right.content_type} | {VERBS.get(verb, right.name)}"


@admin.register(Group)
class GroupAdmin(BaseGroupAdmin, ModelAdmin):
    """The three groups of `accounts.access` are restored at each migration; others are free."""

    filter_horizontal = []

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest | None = None, **kwargs: Any) -> Any:
        """Rights over what the desk shows of ours; others would open no page of it."""
        desks = self.admin_site._registry.values()
        shown = {one.model for one in desks} | {inline.model for one in desks for inline in one.inlines}
        kinds = ContentType.objects.get_for_models(*(one for one in shown if one._meta.app_label in desk.APPS)).values()
        kwargs["queryset"] = Permission.objects.filter(content_type__in=kinds)
        kwargs |= {"form_class": Rights, "widget": SelectMultiple(attrs={"size": 20})}
        return super().formfield_for_manytomany(db_field, request, **kwargs)
