"""安全事件: what was refused at the door and who looked at a card, in words; for superusers."""

from collections.abc import Iterator
from typing import Final

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.admin.acting import ReadOnlyAdmin
from weitask.models import SecurityEvent

FACTS: Final = {
    "uid": _("微博 UID"),
    "code": _("原因"),
    "card": _("银行卡编号"),
    "owner": _("持卡人编号"),
    "reason": _("原因"),
    "length": _("长度（字节）"),
    "sha256": _("SHA-256 摘要"),
}
# Why, as the gateway of Sina Pay and the binding of Weibo accounts say it; who looks at a card writes the reason.
WHY: Final[dict[str, dict[str, Promise]]] = {
    SecurityEvent.Kind.FORGED_NOTIFICATION: {
        "sign type": _("签名方式不符"),
        "signature": _("签名不符"),
        "partner id": _("商户号不符"),
        "size": _("内容过大"),
        "encoding": _("编码无法识别"),
        "duplicated parameter": _("参数重复"),
        "ambiguous parameter": _("参数有歧义"),
    },
    SecurityEvent.Kind.WEIBO_BINDING_REFUSED: {
        "weibo_login_stale": _("登录已超时"),
        "weibo_uid_mismatch": _("微博返回的帐号与授权不一致"),
        "weibo_bound_elsewhere": _("该微博帐号已绑定其他用户"),
    },
}


@admin.register(SecurityEvent)
class SecurityEventAdmin(ReadOnlyAdmin):
    fields = ["at", "kind", "user", "ip", "facts"]
    readonly_fields = ["facts"]
    list_display = ["at", "kind", "user", "ip", "short"]
    list_filter = ["kind"]
    search_fields = ["kind", "user__username", "ip"]
    list_select_related = ["user"]

    @display(description=_("详情"))
    def short(self, event: SecurityEvent) -> str:
        return gettext("；").join(_told(event))[:120]

    @display(description=_("详情"))
    def facts(self, event: SecurityEvent) -> str:
        return "\n".join(_told(event))

    def get_queryset(self, request: HttpRequest) -> QuerySet[SecurityEvent]:
        """Never one's own (A48)."""
        return super().get_queryset(request).exclude(user=request.user)


def _told(event: SecurityEvent) -> Iterator[str]:
    """Each fact with its name; what has no words is told as it is."""
    words = WHY.get(event.kind, {})
    for name, value in event.detail.items():
        yield gettext("%(name)s：%(value)s") % {"name": FACTS.get(name, name), "value": words.get(value, value)}
