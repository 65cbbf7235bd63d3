"""个人 account by id: 404 outside 特定 accounts, wherever an id can be named (R5, R7, A26)."""

import pytest
from django.urls import reverse

from accounts import queries
from accounts.models import MediaAccount
from tasks import drafting
from tasks.drafting import SelectionInput, TaskInput
from tasks.models import Form, Selection, Task
from tests.boundaries.doors import DOORS, V1, browser, create, program
from tests.factories import AdvertiserFactory, MediaAccountFactory
from tests.moments import MONDAY
from weitask.refusal import Refusal

pytestmark = pytest.mark.django_db
HIDDEN = [{}, {"specific": True, "specific_opt_in": False}, {"specific": False, "specific_opt_in": True}]
OUTSIDE = pytest.mark.parametrize("outside", HIDDEN, ids=["neither", "no-consent", "not-listed"])
PAGE, API = (lambda pk: reverse("market_account", args=[pk])), (lambda pk: f"{V1}accounts/{pk}/")


@pytest.fixture
def person(db):
    return AdvertiserFactory(personal=True)


def looked_at(person, pk) -> list[int]:
    """Status of the account's page and of its address in the API."""
    return [browser(person.user).get(PAGE(pk)).status_code, program(person.user).get(API(pk)).status_code]


def choosing(pk: int) -> TaskInput:
    return TaskInput(Form.REPOST, "快来", selections=(SelectionInput(pk),))


@OUTSIDE
def test_an_account_outside_is_404_by_id(person, outside):
    account = MediaAccountFactory(**outside)
    assert looked_at(person, account.pk) == [404, 404]
    with pytest.raises(MediaAccount.DoesNotExist):
        queries.visible_account(advertiser=person, account_id=account.pk)


def test_an_account_outside_answers_what_an_unknown_id_answers(person):
    there, nowhere = MediaAccountFactory().pk, 999_999
    assert looked_at(person, there) == looked_at(person, nowhere) == [404, 404]
    assert program(person.user).get(API(there)).json() == program(person.user).get(API(nowhere)).json()


@OUTSIDE
@pytest.mark.parametrize("door", DOORS)
def test_an_account_outside_cannot_be_put_into_a_task_by_id(person, door, outside):
    account = MediaAccountFactory(**outside)
    known = create(door, person, choosing(account.pk), now=MONDAY)
    assert [why for _row, why in known] == ["该帐号不存在或暂时不能选择"]
    assert known == create(door, person, choosing(999_999), now=MONDAY)
    assert not Task.objects.exists()


@OUTSIDE
def test_an_account_outside_cannot_be_added_to_a_draft_by_id(person, outside):
    account = MediaAccountFactory(**outside)
    draft = drafting.create(advertiser=person, by=person.user, data=TaskInput(Form.REPOST), now=MONDAY)
    with pytest.raises(Refusal):
        drafting.choose(task=draft, by=person.user, account_ids=[account.pk], now=MONDAY)
    browser(person.user).post(reverse("task_choose", args=[draft.pk]), {"account": account.pk})
    assert not Selection.objects.exists()


def listed(person, account) -> list[bool]:
    """Whether the account is on the market's page, in the API's list, and counted in the sum of what is ticked."""
    web = browser(person.user)
    return [
        account.screen_name in web.get(reverse("market"), {"q": account.screen_name[:3]}).content.decode(),
        bool(program(person.user).get(f"{V1}accounts/", {"q": account.screen_name}).json()["results"]),
        bool(web.get(reverse("market_sum"), {"account": account.pk, "form": "repost"}).context["count"]),
    ]


@OUTSIDE
def test_an_account_outside_is_in_no_list_and_no_sum(person, outside):
    assert listed(person, MediaAccountFactory(screen_name="看不见的帐号", **outside)) == [False] * 3


def test_a_specific_account_is_in_every_list_and_sum(person):
    assert listed(person, MediaAccountFactory(screen_name="看得见的帐号", specific_one=True)) == [True] * 3


def test_a_specific_account_is_found_by_id(person):
    assert looked_at(person, MediaAccountFactory(specific_one=True).pk) == [200, 200]


@pytest.mark.parametrize("door", DOORS)
def test_a_specific_account_is_put_into_a_task_by_id(person, door):
    assert create(door, person, choosing(MediaAccountFactory(specific_one=True).pk), now=MONDAY) == []
    assert Task.objects.get().selections.count() == 1


def test_an_enterprise_finds_by_id_what_a_person_does_not():
    assert looked_at(AdvertiserFactory(), MediaAccountFactory().pk) == [200, 200]
