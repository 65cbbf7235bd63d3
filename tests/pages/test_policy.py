"""The content security policy lets our own forms arrive where they lead, and nothing else."""

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


def test_forms_may_lead_to_the_cashier_and_to_weibos_consent(client, settings):
    policy = client.get(reverse("home")).headers["Content-Security-Policy"]
    allowed = next(part for part in policy.split("; ") if part.startswith("form-action")).split()
    assert set(allowed) == {"form-action", "'self'", *settings.FOREIGN_PAGES}
    assert settings.WEIBO_AUTHORIZE_BASE in settings.FOREIGN_PAGES


def test_no_inline_code_runs_outside_the_admin(client):
    policy = client.get(reverse("home")).headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy.split("; ")
    assert "unsafe" not in policy
