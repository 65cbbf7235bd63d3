"""Pages of identities, Weibo accounts, 自媒体帐号 and notices."""

from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from accounts.models import Identity
from accounts.views import deauthorised, identity, language, media, notices, weibo
from accounts.workspace import Entry, menu

urlpatterns: list[URLPattern] = [
    path("i18n/setlang/", language.switch, name="set_language"),
    path("identity/", identity.show, name="identity"),
    path("identity/choose/", identity.choose, name="choose_identity"),
    path("weibo/", weibo.weibo_accounts, name="weibo_accounts"),
    path("weibo/deauthorised/", deauthorised.deauthorised, name="weibo_deauthorised"),
    path("weibo/<int:pk>/unbind/", weibo.unbind, name="weibo_unbind"),
    path("weibo/<int:pk>/open/", weibo.open_media, name="media_open"),
    path("media/", media.media_accounts, name="media_accounts"),
    path("media/<int:pk>/", media.media_account, name="media_account"),
    path("media/<int:pk>/apply/", media.apply, name="media_apply"),
    path("media/<int:pk>/opt-in/", media.opt_in, name="media_opt_in"),
    path("notices/", notices.inbox, name="notices"),
    path("notices/<int:pk>/read/", notices.read, name="notice_read"),
    path("notices/read/", notices.read_all, name="notices_read"),
    path("notices/channels/", notices.channels, name="notice_channels"),
]

menu(Entry(_("我的帐号"), "media_accounts", "brand-weibo", (Identity.MEDIA,), 30, beside=("/weibo/",)))
