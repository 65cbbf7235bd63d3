"""Security events are told in words, to superusers."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from accounts.admin.security import WHY
from tests.factories import UserFactory
from weitask.models import SecurityEvent

pytestmark = pytest.mark.django_db
LIST = "/admin/weitask/securityevent/"
FORGED = SecurityEvent.Kind.FORGED_NOTIFICATION


@pytest.fixture
def chief(client):
    client.force_login(UserFactory(staff=True, is_superuser=True))


def shown(client, now, kind, **detail) -> list[str]:
    """The list and the event's own page."""
    event = SecurityEvent.objects.create(kind=kind, at=now, user=UserFactory(), detail=detail)
    return [client.get(path).content.decode() for path in (LIST, f"{LIST}{event.pk}/change/")]


def test_a_forged_notification_says_what_was_wrong_with_it(client, chief, now):
    for page in shown(client, now, FORGED, reason="partner id", length="612", later="x"):
        assert [words in page for words in ("原因：商户号不符", "长度（字节）：612", "later：x")] == [True] * 3
        assert "partner id" not in page


def test_a_refused_binding_says_why(client, chief, now):
    for page in shown(client, now, "weibo_binding_refused", uid="1700000001", code="weibo_bound_elsewhere"):
        assert "原因：该微博帐号已绑定其他用户" in page
        assert "微博 UID：1700000001" in page


def test_a_reason_that_a_person_wrote_stays_as_it_was_written(client, chief, now):
    assert all("原因：signature" in page for page in shown(client, now, "card_revealed", card=1, reason="signature"))


def test_whatever_makes_a_notification_forged_has_words():
    files = ("weitask/gateways/sinapay/notifications.py", "billing/views/notify.py")
    code = "".join((Path(settings.BASE_DIR) / file).read_text() for file in files)
    assert set(re.findall(r'raise ForgedNotification\("([^"]+)"\)', code)) == set(WHY[FORGED])
