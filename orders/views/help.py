"""帮助中心 with the live values of the rules, 微博运营课堂, and how to reach 客服 (R15, R50)."""

from typing import Final

from django.db.models import F, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from orders import articles
from weitask import clock, keyset, lists, sorting
from weitask.models import Lesson
from weitask.sorting import Sort
from weitask.xlsx import Sheet

# What the product text sends people to 客服 for, and what they should have at hand (R15).
SUBJECTS: Final = {
    "credit": _("申请信用额度：企业名称、合同号、联系人。"),
    "refund": _("申请退款：用户名、退款金额、收款帐户。只有可用余额可以退款。"),
    "recharge": _("充值没有到账：充值单号和付款时间。"),
    "review": _("对审核结果有疑问：任务编号和您的说明。"),
    "order": _("接单后不能执行：订单号和原因。"),
    "rating": _("对评级或暂停交易有疑问：帐号昵称和您的说明。"),
}

LESSON_SORTS: Final = (Sort("oldest", _("最早"), F("pk")),)


@require_GET
def help_centre(request: HttpRequest) -> HttpResponse:
    """All questions by section; with `?q=` those that have every word asked for."""
    words = request.GET.get("q", "").strip()[:60]
    sections = [(section, articles.of_section(section.key)) for section in articles.SECTIONS]
    hits = articles.search(words, now=clock.now())
    lessons = Lesson.objects.filter(published_at__isnull=False)[:3]
    context = {"words": words, "hits": hits, "sections": sections, "lessons": lessons}
    return render(request, "public/help.html", context)


@require_GET
def article(request: HttpRequest, slug: str) -> HttpResponse:
    """One question with its answer, beside the others of its section."""
    found = articles.BY_SLUG.get(slug)
    if found is None:
        raise Http404
    section = next(one for one in articles.SECTIONS if one.key == found.section)
    context = {
        "article": found,
        "body": articles.body(found, now=clock.now()),
        "section": section,
        "beside": articles.of_section(section.key),
    }
    return render(request, "public/article.html", context)


@require_GET
def lessons(request: HttpRequest) -> HttpResponse:
    """微博运营课堂: what operators published, newest first or `?ordering=oldest`; `?q=` looks in title and summary.

    They are as few as a team can write, so `?format=xlsx` is answered at once.
    """
    words = request.GET.get("q", "").replace("\0", "").strip()[:60]
    published = Lesson.objects.filter(published_at__isnull=False).defer("body")
    if words:
        published = published.filter(Q(title__icontains=words) | Q(summary__icontains=words))
    if lists.is_wanted(request):
        return lists.file_of(_sheet(keyset.in_order(*sorting.order(request.GET, published, LESSON_SORTS))))
    context = {"page": sorting.page(request, published, LESSON_SORTS), "words": words, "sorts": LESSON_SORTS}
    return render(request, "public/lessons.html", context)


def _sheet(published: QuerySet[Lesson]) -> Sheet:
    head = [gettext("标题"), gettext("摘要"), gettext("发布时间（北京时间）")]
    return Sheet(gettext("微博运营课堂"), head, [[one.title, one.summary, one.published_at] for one in published])


@require_GET
def lesson(request: HttpRequest, pk: int) -> HttpResponse:
    """One lesson; a draft is not there."""
    found = get_object_or_404(Lesson, pk=pk, published_at__isnull=False)
    blocks = [block.strip() for block in found.body.replace("\r\n", "\n").split("\n\n") if block.strip()]
    return render(request, "public/lesson.html", {"lesson": found, "blocks": [_block(one) for one in blocks]})


@require_GET
def support(request: HttpRequest) -> HttpResponse:
    """How to reach support, and what to have at hand; `?about=` puts the matter in question first."""
    about = request.GET.get("about", "")
    subjects = [{"key": key, "text": text} for key, text in SUBJECTS.items()]
    subjects.sort(key=lambda subject: subject["key"] != about)
    return render(request, "public/support.html", {"about": about, "subjects": subjects})


def _block(text: str) -> dict[str, str | bool]:
    """A paragraph, or a heading when it is one line that begins with `# `."""
    is_heading = text.startswith("# ") and "\n" not in text
    return {"is_heading": is_heading, "text": text.removeprefix("# ") if is_heading else text}
