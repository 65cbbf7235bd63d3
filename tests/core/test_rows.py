"""Rows asked for in words put into SQL once are the rows, and the instances, of the queryset."""

from datetime import UTC, datetime

import pytest
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.transaction import TransactionManagementError

from accounts.models import Advertiser, User
from tests.factories import AdvertiserFactory
from weitask.models import Alarm
from weitask.questions import Rows, among

FIRST = datetime(2026, 1, 5, 1, tzinfo=UTC)

OF_USER = Rows(lambda user: Advertiser.objects.filter(user=user).select_related("user"))


@pytest.mark.django_db
def test_an_instance_comes_with_what_the_queryset_reads_along(django_assert_num_queries):
    advertiser = AdvertiserFactory()
    with django_assert_num_queries(1):
        found = OF_USER.first(user=advertiser.user_id)
        assert (found, found.user, found.name) == (advertiser, advertiser.user, advertiser.name)
    found.name = "改名"
    found.save()
    assert Advertiser.objects.get(pk=found.pk).name == "改名"


@pytest.mark.django_db
def test_every_call_brings_values_of_its_own():
    one, other = AdvertiserFactory(), AdvertiserFactory()
    assert OF_USER.all(user=one.user_id) == [one]
    assert OF_USER.all(user=other.user_id) == [other]
    assert OF_USER.all(user=0) == []


@pytest.mark.django_db
def test_an_annotation_stands_on_the_instance():
    named = Advertiser.objects.filter(user=OuterRef("pk"))
    asked = Rows(lambda: User.objects.annotate(buys=Exists(named)).order_by("pk"))
    buyer = AdvertiserFactory().user
    other = User.objects.create_user("nobody")
    assert [(user.pk, user.buys) for user in asked.all()] == [(buyer.pk, True), (other.pk, False)]


@pytest.mark.django_db
def test_tuples_are_converted_as_the_queryset_converts_them():
    user = User.objects.create_user("quiet", quiet_topics=["money"])
    asked = Rows(lambda pk: User.objects.filter(pk=pk).values_list("username", "quiet_topics"))
    assert asked.first(pk=user.pk) == User.objects.values_list("username", "quiet_topics").get(pk=user.pk)


@pytest.mark.django_db
def test_a_percent_sign_and_a_fixed_value_pass_through():
    Alarm.objects.create(kind="100 % of it", key="a", text="…", raised_at=FIRST)
    asked = Rows(lambda since: Alarm.objects.filter(kind="100 % of it", raised_at__gte=since).values_list("key"))
    assert asked.all(since=FIRST) == [("a",)]


@pytest.mark.django_db
def test_what_is_not_there_is_none_or_the_models_own_error():
    assert OF_USER.first(user=0) is None
    with pytest.raises(Advertiser.DoesNotExist):
        OF_USER.get(user=0)


@pytest.mark.django_db
def test_the_queryset_is_built_once():
    built = []
    asked = Rows(lambda user: built.append(user) or Advertiser.objects.filter(user=user))
    asked.all(user=1)
    asked.all(user=2)
    assert len(built) == 1


@pytest.mark.usefixtures("committed")
def test_rows_are_never_locked_outside_a_transaction():
    advertiser = AdvertiserFactory()
    asked = Rows(lambda pk: Advertiser.objects.filter(pk=pk).select_for_update(no_key=True))
    with transaction.atomic():
        assert asked.get(pk=advertiser.pk) == advertiser
    with pytest.raises(TransactionManagementError):
        asked.get(pk=advertiser.pk)


@pytest.mark.django_db
def test_a_call_may_bring_a_list():
    one, other, _ = (AdvertiserFactory() for _ in range(3))
    asked = Rows(lambda ids: Advertiser.objects.filter(among("pk", ids)).order_by("pk"))
    assert asked.all(ids=[one.pk, other.pk]) == [one, other]
    assert asked.all(ids=[]) == []
