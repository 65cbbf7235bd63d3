"""What a browser sees of Weibo: a user's page, a post, pictures, avatars, short links."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.html import format_html

from weitask.sandbox import clock
from weitask.sandbox.models import Picture, Post, ShortUrl, WeiboUser
from weitask.sandbox.weibo import known, rendering, text

_PAGE_OF_POSTS = 30
_COLOURS = ("#e6162d", "#ff8200", "#0a7", "#2f6fd0", "#8a4fbe", "#c2185b", "#00838f", "#6d4c41")


def index(request: HttpRequest) -> HttpResponse:
    """Everybody, those with the most followers first."""
    return render(request, "sandbox/index.html", {"users": WeiboUser.objects.order_by("-followers_count", "pk")})


def user(request: HttpRequest, uid: str) -> HttpResponse:
    """The page of a user with the latest posts."""
    one = get_object_or_404(WeiboUser, pk=uid)
    posts = Post.objects.filter(user=one, deleted_at=None, blocked=False, visible=0, readable_from__lte=clock.now())
    cards = [_card(post) for post in known.complete(posts.order_by("-pk")[:_PAGE_OF_POSTS])]
    return render(request, "sandbox/user.html", {"one": one, "cards": cards})


def post(request: HttpRequest, uid: str, code: str) -> HttpResponse:
    """The page of a post; a gone, hidden or removed one says so, with status 404."""
    try:
        number = int(code) if len(code) >= 16 and code.isdigit() else text.id_of(code)
    except ValueError:
        raise Http404 from None
    found = known.find(number)
    if found is None or found.user_id != uid or found.readable_from > clock.now():
        raise Http404
    if rendering.is_gone(found) or found.blocked or found.visible:
        return render(request, "sandbox/gone.html", {"post": found}, status=404)
    return render(request, "sandbox/post.html", {"card": _card(found)})


def picture(request: HttpRequest, size: str, pic_id: str) -> HttpResponse:
    """An uploaded picture; every size is the original."""
    kept = get_object_or_404(Picture, pk=pic_id.removesuffix(".jpg"))
    return HttpResponse(bytes(kept.content), content_type=kept.content_type)


def avatar(request: HttpRequest, uid: str, size: int) -> HttpResponse:
    """A drawn avatar: the first character of the name on a colour of the user's own."""
    one = get_object_or_404(WeiboUser, pk=uid)
    drawn = format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="{0}" viewBox="0 0 100 100">'
        '<rect width="100" height="100" fill="{1}"/><text x="50" y="66" font-size="46" fill="#fff" '
        'text-anchor="middle" font-family="sans-serif">{2}</text></svg>',
        size,
        _COLOURS[int(uid) % len(_COLOURS)],
        one.screen_name[:1],
    )
    return HttpResponse(drawn, content_type="image/svg+xml")


def short_link(request: HttpRequest, code: str) -> HttpResponse:
    """A t.cn link leads on."""
    return HttpResponseRedirect(get_object_or_404(ShortUrl, pk=code).url_long)


def _card(one: Post) -> dict[str, object]:
    """A post with what the template shows of it."""
    reposts, comments, likes = rendering.counts(one, now=clock.now())
    root = one.root
    gone = root is not None and (rendering.is_gone(root) or root.blocked)
    return {
        "post": one,
        "code": text.code_of(one.pk),
        "time": one.created_at.astimezone(clock.SHANGHAI),
        "reposts": reposts,
        "comments": comments,
        "likes": likes,
        "original": None if gone else root,
        "original_code": text.code_of(root.pk) if root else "",
        "original_gone": gone,
    }
