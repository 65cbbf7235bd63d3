"""Django settings of the sandbox process; they share nothing with the product's settings."""

import os
from pathlib import Path

HERE = Path(__file__).resolve().parent


def _flag(name: str) -> bool:
    """True when the environment switches NAME on."""
    return os.environ.get(name, "").lower() in {"1", "true", "yes", "on"}


SECRET_KEY = "sandbox-has-no-secrets"  # noqa: S105 - it signs nothing
DEBUG = False
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "weitask.sandbox.urls"
INSTALLED_APPS = ["weitask.sandbox"]
MIDDLEWARE: list[str] = []
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
USE_I18N = False
APPEND_SLASH = False
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    # A refusal is an answer like any other here; only what breaks is worth a line.
    "loggers": {"django": {"handlers": ["stderr"], "level": "ERROR", "propagate": False}},
}

# 9 pictures of 5 MB never arrive in one request; a single one with its multipart frame does.
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ.get("SANDBOX_DB", ".local/sandbox.sqlite3"),
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA cache_size=-16000;",
        },
    }
}

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "OPTIONS": {"context_processors": []},
    }
]

SANDBOX_KEY_DIR = os.environ.get("SANDBOX_KEY_DIR", ".local/keys")
SANDBOX_APP_KEY = os.environ.get("SANDBOX_APP_KEY", "2714550001")
SANDBOX_APP_SECRET = os.environ.get("SANDBOX_APP_SECRET", "sandbox-secret")
# Comma-separated. Empty registers every loopback address, so that tests on random ports can log in.
SANDBOX_REDIRECT_URIS = [u for u in os.environ.get("SANDBOX_REDIRECT_URIS", "").split(",") if u]
SANDBOX_PLATFORM_TOKEN = os.environ.get("SANDBOX_PLATFORM_TOKEN", "platform-commercial-token")
SANDBOX_PLATFORM_UID = os.environ.get("SANDBOX_PLATFORM_UID", "1000000001")
SANDBOX_PARTNER_ID = os.environ.get("SANDBOX_PARTNER_ID", "200012345678")
SANDBOX_MERCHANT_NAME = "微任务平台"
SANDBOX_PUBLIC_BASE = os.environ.get("SANDBOX_PUBLIC_BASE", "http://127.0.0.1:8010").rstrip("/")
# Off unless asked for: runs ticks in real time, and keeps the real limits and the refusal of repeats.
SANDBOX_TICK = _flag("SANDBOX_TICK")
SANDBOX_STRICT = _flag("SANDBOX_STRICT")
