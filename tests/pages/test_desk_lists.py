"""The lists of the desk stay quick over a million rows, and the menu shows each person their own."""

import re
from html import unescape

import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.translation import override

from accounts import access
from accounts.models import WeiboAccount
from tests.accounts.people import in_group
from tests.factories import AdvertiserFactory, CategoryFactory, MediaAccountFactory, UserFactory
from tests.orders import world
from weitask import counting, desk_pages
from weitask.periods import shanghai

pytestmark = pytest.mark.django_db
LIST = "/admin/accounts/advertiser/"


@pytest.fixture
def chief(client):
    user = UserFactory(staff=True, is_superuser=True)
    client.force_login(user, backend="accounts.sessions.Login")
    return user


def turned(client, page, way):
    """The page that the link leads to, and its rows."""
    link = re.search(rf'href="([^"]+)" rel="{way}"', page.content.decode())
    page = client.get(f"{LIST}{unescape(link[1])}")
    return page, [row.pk for row in page.context["cl"].result_list]


def test_a_list_of_thousands_says_so_and_is_turned_to_its_end_and_back(client, chief, monkeypatch):
    monkeypatch.setattr(counting, "LIST", 40)
    monkeypatch.setattr(desk_pages, "_OPENED", {})
    made = [AdvertiserFactory().pk for _ in range(45)]
    first = client.get(LIST)
    second, in_the_middle = turned(client, first, "next")
    last, at_the_end = turned(client, second, "next")
    assert "共 40+ 条" in first.content.decode()
    assert [in_the_middle, at_the_end] == [made[24:4:-1], made[4::-1]]
    assert ('rel="prev"' in first.content.decode(), 'rel="next"' in last.content.decode()) == (False, False)
    assert turned(client, last, "prev")[1] == in_the_middle


def test_pages_keep_the_order_and_a_new_order_begins_with_the_first_page(client, chief):
    made = [AdvertiserFactory().pk for _ in range(45)]
    second, rows = turned(client, client.get(LIST, {"o": "-1"}), "next")
    assert len(set(rows) & set(made)) == 20
    assert second.context["cl"].get_ordering_field_columns() == {1: "desc"}
    assert "after" not in unescape(re.search(r'<th scope="col".*?href="([^"]+)"', second.content.decode())[1])


@pytest.mark.parametrize("nonsense", [{"after": "x"}, {"before": "W10"}, {"after": ""}, {"p": "7"}])
def test_a_page_that_cannot_be_is_the_first_one(client, chief, nonsense):
    made = [AdvertiserFactory().pk for _ in range(21)]
    assert [row.pk for row in client.get(LIST, nonsense).context["cl"].result_list] == made[:0:-1]


def test_a_row_of_a_further_page_is_edited_in_place(client, chief):
    path = reverse("admin:accounts_category_changelist")
    for number in range(25):
        CategoryFactory(position=number)
    first = client.get(path)
    page = client.get(f"{path}{first.context['cl'].next}")
    form = page.context["cl"].formset
    typed = {one.html_name: one.value() for row in form.forms for one in row} | {"form-0-position": "900"}
    edited = form.forms[0].instance
    counts = {f"form-{name}": value for name, value in form.management_form.initial.items()}
    client.post(f"{path}{first.context['cl'].next}", {**counts, **typed, "_save": "1"})
    edited.refresh_from_db()
    assert edited.position == 900


def test_a_short_list_is_counted_exactly(client, chief):
    AdvertiserFactory()
    answer = client.get(LIST)
    assert (answer.context["cl"].result_count, "1+" in answer.content.decode()) == (1, False)


def test_an_empty_list_says_whether_its_filters_are_why(client, chief):
    assert ["还没有记录" in client.get(path).content.decode() for path in (LIST, f"{LIST}?q=nobody")] == [True, False]
    assert "清除筛选" in client.get(f"{LIST}?q=nobody").content.decode()


def test_a_moment_stays_on_one_line_in_either_language(client, chief):
    cell = re.compile(rf'whitespace-nowrap" data-label="[^"]+">{shanghai(AdvertiserFactory().created_at):%F %R}</td>')
    for language in ("zh-hans", "en"):
        client.cookies["django_language"] = language
        assert cell.search(client.get(LIST).content.decode())


def test_what_weibo_verifies_anew_is_shown_as_its_number(client, chief):
    account = MediaAccountFactory().weibo
    WeiboAccount.objects.filter(pk=account.pk).update(verified_type=77)
    assert re.search(r"field-verified_type [^>]*>77</td>", client.get("/admin/accounts/weiboaccount/").content.decode())


def test_every_list_of_the_desk_keeps_to_the_limits():
    kept = {(one.list_per_page, one.paginator, one.show_full_result_count) for one in admin.site._registry.values()}
    assert kept == {(desk_pages.ROWS, desk_pages.Counted, False)}


def test_the_menu_begins_with_the_tasks_and_has_no_lists_of_other_libraries(client, chief):
    menu = [app["app_label"] for app in client.get("/admin/").context["app_list"]]
    assert menu == ["tasks", "orders", "accounts", "billing", "weitask", "auth"]
    assert client.get("/admin/authtoken/tokenproxy/").status_code == 404


def test_an_address_that_is_no_number_leads_back_to_the_desk(client, chief):
    lists = [reverse(f"admin:{one._meta.label_lower.replace('.', '_')}_changelist") for one in admin.site._registry]
    assert {client.get(f"{path}no-number/change/").status_code for path in lists} <= {302, 404}


def test_the_menu_is_that_of_ones_own_rights_and_language(client, chief):
    finance = in_group(access.FINANCE)
    whole = client.get("/admin/").content.decode()
    client.force_login(finance, backend="accounts.sessions.Login")
    part = client.get("/admin/").content.decode()
    with override("en"):
        english = client.get("/admin/", headers={"Accept-Language": "en"}).content.decode()
    rules, payouts = reverse("admin:tasks_rule_changelist"), reverse("admin:billing_payout_changelist")
    assert [(rules in page, payouts in page) for page in (whole, part)] == [(True, True), (False, True)]
    assert ("付款单" in part, "付款单" in english) == (True, False)


def test_the_frame_names_the_desk_in_the_readers_language_and_has_its_colours(client, chief):
    client.get("/admin/", headers={"Accept-Language": "en"})
    for language, name in (("zh-hans", "微任务 运营后台"), ("en", "Weitask operations")):
        page = client.get(LIST, headers={"Accept-Language": language}).content.decode()
        brand = page.partition('id="site-name"')[2].partition("</div>")[0]
        assert (strip_tags(f"<p{brand}").strip(), "--color-primary-600:" in page) == (name, True)


def test_a_page_offers_more_actions_only_where_it_has_some(client, chief):
    order = world.one()
    pages = (LIST, reverse("admin:orders_order_changelist"), reverse("admin:orders_order_change", args=[order.pk]))
    assert ["more_horiz" in client.get(page).content.decode() for page in pages] == [False, False, True]


def test_the_menu_marks_the_list_one_looks_at(client, chief):
    menu = client.get(LIST).content.decode().partition('class="app-accounts')[2]
    marked = [line for line in menu.split("<li>") if 'aria-current="page"' in line]
    assert [LIST in line for line in marked] == [True]
