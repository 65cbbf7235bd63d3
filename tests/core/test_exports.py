"""Workbooks that a worker makes: once, begun anew when it dies, for who asked, for some days (R89, F60, F64)."""

from dataclasses import replace
from itertools import count

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.urls import reverse

from tests.factories import UserFactory
from tests.moments import DAY, MINUTE, MONDAY
from tests.pages.test_every_page import logged_in
from weitask import clock, exports
from weitask.exports import Content, Kind, Source
from weitask.models import Alarm, Export
from weitask.refusal import Refusal
from weitask.xlsx import MEDIA_TYPE, Sheet

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    clock.pin(at=MONDAY)


@pytest.fixture
def numbers(monkeypatch):
    """A kind whose rows are the numbers up to what is asked."""

    def content(_user, asked):
        rows = ([number] for number in range(asked["upto"]))
        return Content([Sheet("数", ["数"], rows), Sheet("和", ["和"], [[sum(range(asked["upto"]))]])], asked["upto"])

    return known(monkeypatch, Kind("numbers", content, lambda _asked: Source("数", "/numbers/", "/numbers/file/")))


def known(monkeypatch, kind: Kind) -> Kind:
    monkeypatch.setitem(exports._KINDS, kind.name, kind)
    return kind


def asked(kind, *, by=None, now=MONDAY, upto=3) -> Export:
    return exports.ask(kind=kind, asked={"upto": upto}, by=by or UserFactory(), now=now)


def wait_is_over(export) -> None:
    """The worker that had it is taken for dead."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE weitask_export SET claimed_until = clock_timestamp() WHERE id = %s", [export.pk])


def rows_of(export) -> list:
    export.refresh_from_db()
    with export.file.open("rb") as file:
        return [list(sheet.values) for sheet in openpyxl.load_workbook(file).worksheets]


def test_an_export_waits_for_a_worker_that_hands_in_a_file(numbers):
    export = asked(numbers)
    assert exports.next_due(MONDAY) == MONDAY
    assert exports.make_due(MONDAY + MINUTE) == 1
    assert rows_of(export) == [[("数",), (0,), (1,), (2,)], [("和",), (3,)]]
    assert (export.ready_at, export.done, export.rows, export.percent) == (MONDAY + MINUTE, 3, 3, 100)
    assert exports.make_due(MONDAY + MINUTE) == 0


def test_one_hears_on_the_way_how_far_it_is(numbers, monkeypatch):
    heard: list[int] = []
    monkeypatch.setattr(exports, "STEP", 2)
    monkeypatch.setattr(exports, "_progress", lambda _pk, done: heard.append(done))
    asked(numbers, upto=5)
    exports.make_due(MONDAY)
    assert heard == [2, 4, 5]


def test_an_export_whose_rows_nobody_counted_shows_those_that_are_written(numbers, monkeypatch):
    kind = known(monkeypatch, replace(numbers, content=lambda *_: Content([Sheet("数", ["数"], [[1], [2]])])))
    export = asked(kind)
    part = reverse("export", args=[export.pk])
    assert "value=" not in logged_in(export.by).get(part, headers={"HX-Request": "true"}).content.decode()
    exports.make_due(MONDAY)
    export.refresh_from_db()
    assert (export.rows, export.done) == (0, 2)
    assert "共 2 行" in logged_in(export.by).get(part).content.decode()


def test_a_file_ends_where_a_sheet_of_excel_does_and_the_page_says_so(numbers, monkeypatch):
    monkeypatch.setattr(exports, "MOST_ROWS", 2)
    monkeypatch.setattr("weitask.export_pages.MOST_ROWS", 2)
    endless = ([number] for number in count())
    kind = known(monkeypatch, replace(numbers, content=lambda *_: Content([Sheet("数", ["数"], endless)])))
    export = asked(kind)
    exports.make_due(MONDAY)
    assert rows_of(export) == [[("数",), (0,), (1,)]]
    assert "单个文件最多 2 行" in logged_in(export.by).get(reverse("export", args=[export.pk])).content.decode()


def test_asking_again_within_ten_minutes_means_the_same_one(numbers):
    user = UserFactory()
    first = asked(numbers, by=user)
    exports.make_due(MONDAY)
    assert asked(numbers, by=user, now=MONDAY + 9 * MINUTE).pk == first.pk
    assert asked(numbers, by=user, now=MONDAY + 9 * MINUTE, upto=4).pk != first.pk
    assert asked(numbers, now=MONDAY + 9 * MINUTE).pk != first.pk  # somebody else
    assert asked(numbers, by=user, now=MONDAY + 10 * MINUTE).pk != first.pk


def test_one_person_has_no_more_than_five_waiting(numbers):
    user = UserFactory()
    for upto in range(exports.MOST_WAITING):
        asked(numbers, by=user, upto=upto)
    with pytest.raises(Refusal) as refusal:
        asked(numbers, by=user, upto=9)
    assert refusal.value.code == "exports_waiting"
    assert asked(numbers, upto=9).pk  # somebody else


def test_an_export_that_a_dead_worker_had_begun_is_begun_anew(numbers, monkeypatch):
    export = asked(numbers)
    with monkeypatch.context() as patch:
        patch.setattr(exports, "_make", lambda *_, **__: 1 / 0)
        assert exports.make_due(MONDAY) == 0
    assert exports.make_due(MONDAY) == 0  # the claim has not run out
    wait_is_over(export)
    assert exports.make_due(MONDAY) == 1


def test_after_three_failures_a_person_is_told(numbers, monkeypatch):
    export = asked(numbers)
    monkeypatch.setattr(exports, "_make", lambda *_, **__: 1 / 0)
    for _ in range(exports.TRIES):
        assert not Alarm.objects.exists()
        exports.make_due(MONDAY)
        wait_is_over(export)
    export.refresh_from_db()
    assert export.failed_at == MONDAY
    assert Alarm.objects.get(kind="sweep_row").key == f"weitask.exports:{export.pk}"


def test_of_two_workers_one_hands_its_file_in(numbers, tmp_path):
    export = asked(numbers)
    assert exports._make(export, now=MONDAY) == 1
    assert exports._make(export, now=MONDAY) == 0
    assert len(list((tmp_path / "exports").iterdir())) == 1


def test_who_may_no_longer_see_it_gets_no_file_and_nobody_is_alarmed(numbers, monkeypatch):
    def content(*_):
        raise PermissionDenied

    export = asked(known(monkeypatch, replace(numbers, content=content)))
    assert exports.make_due(MONDAY) == 0
    export.refresh_from_db()
    assert (export.failed_at, export.file.name) == (MONDAY, "")
    assert not Alarm.objects.exists()


def test_a_closed_login_gets_no_file(numbers):
    export = asked(numbers)
    export.by.is_active = False
    export.by.save()
    assert exports.make_due(MONDAY) == 0
    export.refresh_from_db()
    assert export.failed_at == MONDAY


def test_a_file_is_kept_for_seven_days(numbers, tmp_path):
    export = asked(numbers)
    exports.make_due(MONDAY)
    assert exports.next_due(MONDAY) == MONDAY + 7 * DAY
    exports.make_due(MONDAY + 7 * DAY)
    assert not Export.objects.filter(pk=export.pk).exists()
    assert list((tmp_path / "exports").iterdir()) == []
    assert exports.next_due(MONDAY) is None


def test_a_failed_export_is_forgotten_too():
    Export.objects.create(kind="numbers", by=UserFactory(), asked_at=MONDAY, failed_at=MONDAY)
    exports.make_due(MONDAY + 8 * DAY)
    assert not Export.objects.exists()


# --- its page ---


def test_the_page_shows_how_far_it_is_and_then_the_file(numbers):
    export = asked(numbers)
    client, part = logged_in(export.by), reverse("export", args=[export.pk])
    assert "正在后台生成" in client.get(part).content.decode()
    assert client.get(part, headers={"HX-Request": "true"}).content.decode().count("<html") == 0
    assert client.get(reverse("export_file", args=[export.pk])).status_code == 404
    exports.make_due(MONDAY)
    assert reverse("export_file", args=[export.pk]) in client.get(part).content.decode()
    answer = client.get(reverse("export_file", args=[export.pk]))
    assert answer["Content-Type"] == MEDIA_TYPE
    assert b"".join(answer).startswith(b"PK")


def test_a_failed_export_offers_another(numbers):
    export = asked(numbers)
    Export.objects.filter(pk=export.pk).update(failed_at=MONDAY)
    page = logged_in(export.by).get(reverse("export", args=[export.pk]))
    assert 'href="/numbers/file/"' in page.content.decode()


@pytest.mark.parametrize("name", ["export", "export_file"])
def test_a_stranger_finds_no_export(numbers, client, name):
    export = asked(numbers)
    exports.make_due(MONDAY)
    address = reverse(name, args=[export.pk])
    assert logged_in(UserFactory()).get(address).status_code == 404
    assert client.get(address).status_code == 302  # to the login


@pytest.mark.parametrize("name", ["export", "export_file"])
def test_what_the_desk_made_is_not_found_on_the_site(numbers, monkeypatch, name):
    export = asked(known(monkeypatch, replace(numbers, page="admin:export")))
    exports.make_due(MONDAY)
    assert logged_in(export.by).get(reverse(name, args=[export.pk])).status_code == 404
