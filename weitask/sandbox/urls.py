"""Every address of the sandbox: Weibo, Sina Pay, and the control interface."""

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, re_path

from weitask.sandbox.control import sinapay as control_sinapay
from weitask.sandbox.control import system as control_system
from weitask.sandbox.control import weibo as control_weibo
from weitask.sandbox.control.wire import control
from weitask.sandbox.sinapay import cashier, gateway
from weitask.sandbox.weibo import oauth, pages, people, pictures, publishing, reading
from weitask.sandbox.weibo.errors import WeiboError
from weitask.sandbox.weibo.wire import Handler, as_json, endpoint

_READS: dict[str, Handler] = {
    "users/show": people.show,
    "users/counts": people.counts,
    "account/get_uid": people.get_uid,
    "account/rate_limit_status": people.rate_limit_status,
    "short_url/shorten": people.shorten,
    "short_url/expand": people.expand,
    "statuses/show": reading.show,
    "statuses/show_batch": reading.show_batch,
    "statuses/show_batch/biz": reading.show_batch_biz,
    "statuses/count": reading.count,
    "statuses/count/biz": reading.count_biz,
    "statuses/user_timeline": reading.user_timeline,
    "statuses/querymid": people.querymid,
    "statuses/queryid": people.queryid,
}
_WRITES: dict[str, Handler] = {
    "statuses/share": publishing.share,
    "statuses/update": publishing.update,
    "statuses/update/biz": publishing.update,
    "statuses/upload": publishing.upload,
    "statuses/upload/biz": publishing.upload,
    "statuses/upload_pic/biz": pictures.upload_pic,
    "statuses/upload_url_text/biz": publishing.upload_url_text,
    "statuses/repost": publishing.repost,
    "statuses/repost/biz": publishing.repost,
    "statuses/destroy": publishing.destroy,
    "notification/send": people.send_notice,
}


def _weibo(handlers: dict[str, Handler], *methods: str) -> Iterable[URLPattern]:
    for name, handler in handlers.items():
        yield path(f"2/{name}.json", endpoint(name, handler, methods=methods))


def _oauth(name: str, handler: Handler, *methods: str) -> URLPattern:
    return path(f"oauth2/{name}", endpoint(f"oauth2/{name}", handler, methods=methods, anyone=True))


def _no_interface(request: HttpRequest) -> HttpResponse:
    error = WeiboError(10020)
    return as_json(error.body(request.path), status=error.status)


def _health(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


_POST = "_control/weibo/posts/<post_id>"

urlpatterns = [
    *_weibo(_READS, "GET"),
    *_weibo(_WRITES, "POST"),
    path("2/<path:rest>", lambda request, rest: _no_interface(request)),
    path("oauth2/authorize", oauth.authorize),
    _oauth("access_token", oauth.access_token, "POST"),
    _oauth("get_token_info", oauth.get_token_info, "POST"),
    _oauth("revokeoauth2", oauth.revoke, "GET", "POST"),
    path("mgs/gateway.do", gateway.mgs),
    path("mas/gateway.do", gateway.mas),
    path("website/view/cashdesk.html", cashier.cashdesk),
    path("_control/health/", _health),
    path("_control/weibo/users/", control(GET=control_weibo.list_users, POST=control_weibo.create_users)),
    path("_control/weibo/tokens/expire/", control(POST=control_weibo.expire_tokens)),
    path("_control/weibo/tokens/revoke/", control(POST=control_weibo.revoke_tokens)),
    path("_control/weibo/posts/", control(GET=control_weibo.list_posts, POST=control_weibo.create_posts)),
    path(f"{_POST}/delete/", control(POST=control_weibo.delete_post)),
    path(f"{_POST}/restore/", control(POST=control_weibo.restore_post)),
    path(f"{_POST}/hide/", control(POST=control_weibo.hide_post)),
    path(f"{_POST}/block/", control(POST=control_weibo.block_post)),
    path(f"{_POST}/counts/", control(POST=control_weibo.set_counts)),
    path("_control/weibo/notices/", control(GET=control_weibo.list_notices)),
    path("_control/sinapay/deposits/", control(GET=control_sinapay.list_deposits)),
    path("_control/sinapay/deposits/<number>/pay/", control(POST=control_sinapay.pay_deposit)),
    path("_control/sinapay/deposits/<number>/fail/", control(POST=control_sinapay.fail_deposit)),
    path("_control/sinapay/payouts/", control(GET=control_sinapay.list_payouts)),
    path("_control/sinapay/payouts/<number>/settle/", control(POST=control_sinapay.settle_payout)),
    path("_control/sinapay/balance/", control(GET=control_sinapay.balance)),
    path("_control/sinapay/cards/", control(GET=control_sinapay.list_cards)),
    path("_control/sinapay/notifications/", control(GET=control_sinapay.list_notifications)),
    path("_control/sinapay/notifications/<delivery_id>/resend/", control(POST=control_sinapay.resend)),
    path("_control/sinapay/notifications/<delivery_id>/answer/", control(POST=control_sinapay.answer)),
    path(
        "_control/faults/",
        control(GET=control_system.list_faults, POST=control_system.add_fault, DELETE=control_system.clear_faults),
    ),
    path("_control/settings/", control(GET=control_system.show_settings, POST=control_system.change_settings)),
    path("_control/tick/", control(POST=control_system.run_tick)),
    path("_control/stats/", control(GET=control_system.stats)),
    path("_control/requests/", control(GET=control_system.requests)),
    path("_control/seed/", control(POST=control_system.seed)),
    path("_control/reset/", control(POST=control_system.reset)),
    path("", pages.index),
    path("pictures/<size>/<pic_id>", pages.picture),
    path("avatar/<uid>/<int:size>.svg", pages.avatar),
    path("t/<code>", pages.short_link),
    path("u/<uid>", pages.user),
    re_path(r"^(?P<uid>\d{5,20})/(?P<code>[0-9A-Za-z]{4,20})$", pages.post),
]
