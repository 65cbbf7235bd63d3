"""身份选择 (R1, A29)."""

import pytest

from accounts import identity
from accounts.models import Advertiser
from tests.factories import AdvertiserFactory, UserFactory
from weitask.refusal import Refusal

pytestmark = pytest.mark.django_db

FIRM = identity.Profile("城南食品", "王小明", "13800000000")


def test_choosing_personal_opens_a_profile_named_after_the_user(now):
    user = UserFactory(first_name="小明")
    advertiser = identity.become_personal(user=user, now=now)
    assert (advertiser.kind, advertiser.name, advertiser.created_at) == ("personal", "小明", now)
    assert user.identity == "personal"


def test_without_a_name_the_login_name_serves(now):
    assert identity.become_personal(user=UserFactory(username="ming"), now=now).name == "ming"


def test_choosing_enterprise_opens_a_profile_with_contact(now):
    advertiser = identity.become_enterprise(user=UserFactory(), profile=FIRM, now=now)
    assert (advertiser.kind, advertiser.name, advertiser.contact) == ("enterprise", "城南食品", "王小明")


def test_choosing_media_opens_no_advertiser(now):
    user = identity.choose(user=UserFactory(), identity="media", now=now)
    assert user.identity == "media"
    assert not Advertiser.objects.exists()


def test_an_enterprise_names_itself_and_a_contact(now):
    with pytest.raises(Refusal) as refused:
        identity.become_enterprise(user=UserFactory(), profile=identity.Profile(), now=now)
    assert [problem.field for problem in refused.value.problems] == ["name", "contact", "phone"]


def test_too_long_answers_are_refused_at_their_fields(now):
    long = identity.Profile("长" * 61, "长" * 31, "1" * 21)
    with pytest.raises(Refusal) as refused:
        identity.become_enterprise(user=UserFactory(), profile=long, now=now)
    assert [problem.code for problem in refused.value.problems] == [
        "name_too_long",
        "contact_too_long",
        "phone_too_long",
    ]


def test_an_unknown_identity_is_refused(now):
    with pytest.raises(Refusal, match="请选择一种身份"):
        identity.choose(user=UserFactory(), identity="admin", now=now)


def test_a_personal_advertiser_upgrades_in_place(now):
    advertiser = AdvertiserFactory(personal=True)
    upgraded = identity.upgrade(advertiser=advertiser, profile=FIRM, by=advertiser.user, now=now)
    assert (upgraded.pk, upgraded.kind, upgraded.name) == (advertiser.pk, "enterprise", "城南食品")
    advertiser.user.refresh_from_db()
    assert advertiser.user.identity == "enterprise"


def test_nobody_upgrades_somebody_elses_profile(now):
    with pytest.raises(Refusal, match="自己的广告主身份"):
        identity.upgrade(advertiser=AdvertiserFactory(personal=True), profile=FIRM, by=UserFactory(), now=now)


def test_an_enterprise_cannot_become_personal(now):
    advertiser = AdvertiserFactory()
    with pytest.raises(Refusal, match="不能改为个人用户"):
        identity.become_personal(user=advertiser.user, now=now)


def test_choosing_again_switches_and_keeps_the_profile(now):
    user = AdvertiserFactory(name="老名字").user
    identity.choose(user=user, identity="media", now=now)
    identity.choose(user=user, identity="enterprise", now=now)
    assert Advertiser.objects.get(user=user).name == "老名字"


def test_choosing_personal_again_keeps_the_profile(now):
    advertiser = AdvertiserFactory(personal=True)
    assert identity.become_personal(user=advertiser.user, now=now) == advertiser


def test_an_advertiser_corrects_its_own_profile():
    advertiser = AdvertiserFactory()
    changed = identity.change_profile(advertiser=advertiser, profile=FIRM, by=advertiser.user)
    assert (changed.name, changed.kind) == ("城南食品", "enterprise")


def test_nobody_corrects_somebody_elses_profile():
    with pytest.raises(Refusal, match="自己的资料"):
        identity.change_profile(advertiser=AdvertiserFactory(), profile=FIRM, by=UserFactory())
