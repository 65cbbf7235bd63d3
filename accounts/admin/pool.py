"""The page between choosing accounts and changing the pool: who comes in, who goes out, and one last click (A26)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import pool
from accounts.admin.acting import act
from accounts.models import MediaAccount, User
from accounts.rulings import MAX_REASON
from weitask import clock


class PoolForm(forms.Form):
    """Why, if the owners are to know."""

    reason = forms.CharField(
        label=gettext_lazy("理由（选填，会告知帐号主）"),
        max_length=MAX_REASON,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "class": "wt-reason"}),
    )


@dataclass(frozen=True)
class Asked:
    """Which accounts, what is to become of them, where to go afterwards; `action` is the list's, if it is one."""

    accounts: Sequence[MediaAccount]
    wish: pool.Wish
    back: str
    action: str = ""


def page(request: HttpRequest, *, site: AdminSite, asked: Asked) -> HttpResponse:
    """Show the difference, or save it and say what it was."""
    sent = request.method == "POST" and "confirmed" in request.POST
    form = PoolForm(request.POST if sent else None)
    if sent and form.is_valid():
        return _save(request, asked, form.cleaned_data["reason"])
    difference = pool.foresee(accounts=asked.accounts, wish=asked.wish)
    groups = (
        (_("进入（%(count)s）"), "wt-added", difference.comes_in),
        (_("移出（%(count)s）"), "wt-hurry", difference.goes_out),
        (_("不变（%(count)s）"), "wt-quiet", difference.stays),
    )
    context = {
        **site.each_context(request),
        "title": asked.wish.label,
        "asked": asked,
        "difference": difference,
        "groups": [
            {"title": title % {"count": len(rows)}, "look": look, "rows": [(one, pool.why_hidden(one)) for one in rows]}
            for title, look, rows in groups
            if rows
        ],
        "form": form,
        "checkbox": ACTION_CHECKBOX_NAME,
    }
    return TemplateResponse(request, "admin/accounts/pool.html", context)


def _save(request: HttpRequest, asked: Asked, reason: str) -> HttpResponse:
    """What is said is what was done: somebody may have changed the pool since the page was shown."""

    def verb() -> None:
        by, now = cast(User, request.user), clock.now()
        done = pool.change(accounts=asked.accounts, wish=asked.wish, reason=reason, by=by, now=now)
        words = _("进入 %(came)s 个，移出 %(went)s 个，不变 %(stayed)s 个")
        numbers = {"came": len(done.comes_in), "went": len(done.goes_out), "stayed": len(done.stays)}
        messages.info(request, words % numbers)

    return act(request, verb, done=_("特定帐号名单已更新"), back=asked.back)
