"""What the bare sites share: the benchmark's database, one host, no middleware unless it is asked for."""

import os
from typing import Any

import environ
from django.conf import settings


def configure(**more: Any) -> None:
    """Settings of a site in one file; `more` are its own."""
    database = {
        **environ.Env.db_url_config(os.environ["DATABASE_URL"]),
        "CONN_MAX_AGE": 60,
        "OPTIONS": {"options": "-c timezone=UTC"},
    }
    if not settings.configured:
        settings.configure(
            DATABASES={"default": database},
            SECRET_KEY="bare",  # noqa: S106 [nothing is signed]
            ALLOWED_HOSTS=["127.0.0.1"],
            USE_TZ=True,
            **more,
        )
