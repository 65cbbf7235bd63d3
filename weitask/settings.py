"""One settings file; everything that differs between hosts is read from the environment, with safe defaults."""

from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# --- Where we run ---------------------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("WEITASK_DEMO", default=False)  # demo bar, demo clock, sandbox; never in production
SECRET_KEY = env.str("SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000")  # absolute links in notices, OAuth redirect
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[SITE_URL])
HTTPS = env.bool("HTTPS", default=SITE_URL.startswith("https://"))
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)  # how many X-Forwarded-For hops are ours

DATABASES = {
    "default": {
        **env.db_url("DATABASE_URL", default="postgres:///weitask"),
        "CONN_MAX_AGE": env.int("CONN_MAX_AGE", default=60),
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
        "DISABLE_SERVER_SIDE_CURSORS": True,  # safe behind a transaction pooler
        "OPTIONS": {"options": "-c lock_timeout=3s -c statement_timeout=15s -c timezone=UTC"},
    }
}
REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
BROKER_URL = env.str("BROKER_URL", default=REDIS_URL)

# --- Apps -----------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "weitask.desk_config.DeskConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "pgtrigger",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.mfa",
    "accounts.weibo_login",
    "axes",
    "csp",
    "django_filters",
    "django_htmx",
    "rest_framework",
    "rest_framework.authtoken",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "weitask",
    "accounts",
    "billing",
    "tasks",
    "orders",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "weitask.middleware.PolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "accounts.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "weitask.urls"
WSGI_APPLICATION = "weitask.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SILENCED_SYSTEM_CHECKS = ["models.W045"]  # a constraint in SQL is checked by the database alone
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "weitask.folding.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.workspace.context",
            ],
        },
    }
]
FORM_RENDERER = "weitask.widgets.Renderer"

# --- Who may enter --------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "accounts.sessions.Login",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60  # seconds: the longest form behind it is a bank card's
STAFF_SECOND_STEP = env.bool("STAFF_SECOND_STEP", default=not DEMO)  # the desk opens to who showed a second factor
MFA_ADAPTER = "accounts.factors.SealingAdapter"
SOCIALACCOUNT_ADAPTER = "accounts.weibo_login.adapter.WeiboSocialAdapter"
SOCIALACCOUNT_AUTO_SIGNUP = True
SOCIALACCOUNT_STORE_TOKENS = False  # our own encrypted copy is the only one (R12)
SOCIALACCOUNT_QUERY_EMAIL = False
AXES_HANDLER = "axes.handlers.database.AxesDatabaseHandler"  # survives a flushed Redis (F08)
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = ["ip_address", "username"]
AXES_RESET_ON_SUCCESS = True
AXES_IPWARE_PROXY_COUNT = TRUSTED_PROXIES
AXES_VERBOSE = False

# --- Secrets --------------------------------------------------------------------------------------------------
# "id:base64,older:base64": AES-256 keys of the vault, the first one seals, all of them open.
VAULT_KEYS = env.list("VAULT_KEYS")

# --- Language and time ----------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "weitask.formats"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# --- Files ----------------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / ".local" / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": env.str("STATICFILES_BACKEND", default="whitenoise.storage.CompressedManifestStaticFilesStorage")
    },
}
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(BASE_DIR / ".local" / "media")))
MEDIA_URL = "media/"
DATA_UPLOAD_MAX_MEMORY_SIZE = 6 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # a draft with as many accounts as one may choose
FILE_UPLOAD_MAX_MEMORY_SIZE = 6 * 1024 * 1024

# --- API ------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.tokens.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["weitask.rest.parsing.JsonParser"],
    "DEFAULT_SCHEMA_CLASS": "weitask.rest.schema.ApiSchema",
    "URL_FORMAT_OVERRIDE": None,
    "EXCEPTION_HANDLER": "weitask.problems.handler",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Weitask API",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "COMPONENT_SPLIT_REQUEST": True,
    "PATH_CONVERTER_OVERRIDES": {"id": {"type": "integer", "minimum": 0}},
    "ENUM_NAME_OVERRIDES": {
        "IdentityEnum": "accounts.models.Identity",
        "AdvertiserKindEnum": "accounts.models.Advertiser.Kind",
        "TaskStateEnum": "tasks.models.TaskState",
        "SubmissionStateEnum": "tasks.models.Submission.State",
        "OrderStateEnum": "orders.moves.State",
        "RechargeStateEnum": "billing.models.TopUp.State",
        "PayoutStateEnum": "billing.models.Payout.State",
        "CardStateEnum": "billing.models.BankCard.State",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# --- Jobs -----------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = BROKER_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_DEFAULT_QUEUE = "checks"
CELERY_TIMEZONE = "UTC"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "socket_timeout": 5,
    "socket_connect_timeout": 5,
}
CELERY_DB_REUSE_MAX = 1_000_000  # else Celery opens one anew for each task; weitask.celery drops old and broken ones
CELERY_TASK_PUBLISH_RETRY = False  # the table is the queue; a lost bell rings again at the next beat

# --- Weibo and Sina Pay (protocols/weibo.md, protocols/sinapay.md) ----------------------------------------------
SANDBOX_URL = env.str("SANDBOX_URL", default="http://127.0.0.1:8010")
_weibo = SANDBOX_URL if DEMO else "https://api.weibo.com"
WEIBO_API_BASE = env.str("WEIBO_API_BASE", default=_weibo)
WEIBO_AUTHORIZE_BASE = env.str("WEIBO_AUTHORIZE_BASE", default=_weibo)
WEIBO_BIZ_BASE = env.str("WEIBO_BIZ_BASE", default=SANDBOX_URL if DEMO else "https://c.api.weibo.com")
WEIBO_UPLOAD_BASE = env.str("WEIBO_UPLOAD_BASE", default=SANDBOX_URL if DEMO else "https://upload.api.weibo.com")
WEIBO_APP_KEY = env.str("WEIBO_APP_KEY", default="2714550001")
WEIBO_APP_SECRET = env.str("WEIBO_APP_SECRET", default="sandbox-secret" if DEMO else "")
WEIBO_PLATFORM_TOKEN = env.str("WEIBO_PLATFORM_TOKEN", default="platform-commercial-token" if DEMO else "")
WEIBO_APP_NAME = env.str("WEIBO_APP_NAME", default="微任务" if DEMO else "")  # as posts show it; empty: not compared
WEIBO_NOTICE_TEMPLATE = env.str("WEIBO_NOTICE_TEMPLATE", default="weitask_notice")
WEIBO_ORG_TYPES = env.list("WEIBO_ORG_TYPES", cast=int, default=[1, 2, 3, 4, 5, 6, 7, 8])
_sinapay = SANDBOX_URL if DEMO else "https://gate.pay.sina.com.cn"
SINAPAY_MGS_URL = env.str("SINAPAY_MGS_URL", default=f"{_sinapay}/mgs/gateway.do")
SINAPAY_MAS_URL = env.str("SINAPAY_MAS_URL", default=f"{_sinapay}/mas/gateway.do")
SINAPAY_PARTNER_ID = env.str("SINAPAY_PARTNER_ID", default="200012345678")
SINAPAY_NOTIFY_BASE = env.str("SINAPAY_NOTIFY_BASE", default=SITE_URL)
SINAPAY_RETURN_BASE = env.str("SINAPAY_RETURN_BASE", default=SITE_URL)
WEITASK_KEY_DIR = Path(env.str("WEITASK_KEY_DIR", default=str(BASE_DIR / ".local" / "keys")))


def _key(name: str, filename: str) -> str:
    """PEM text from the environment, or from the key directory when the file is there."""
    path = WEITASK_KEY_DIR / filename
    return env.str(name, default=path.read_text() if path.exists() else "", multiline=True)


SINAPAY_SIGN_PRIVATE_KEY = _key("SINAPAY_SIGN_PRIVATE_KEY", "merchant_private.pem")
SINAPAY_SINA_PUBLIC_KEY = _key("SINAPAY_SINA_PUBLIC_KEY", "sina_public.pem")
SINAPAY_SINA_ENCRYPT_KEY = _key("SINAPAY_SINA_ENCRYPT_KEY", "sina_encrypt_public.pem")
WEITASK_SEND_NOW = env.bool("WEITASK_SEND_NOW", default=DEMO)  # tell the sandbox our business time

# --- HTTP security --------------------------------------------------------------------------------------------
# Where a form of ours may lead by a redirect: Sina Pay's cashier and Weibo's page of consent.
_cashier = SANDBOX_URL if DEMO else "https://pay.sina.com.cn"
FOREIGN_PAGES = [env.str("SINAPAY_CASHIER_BASE", default=_cashier), WEIBO_AUTHORIZE_BASE]
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS and TRUSTED_PROXIES else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF, *FOREIGN_PAGES],  # browsers hold a form to it through every redirect
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
# unfold ships an Alpine that compiles expressions; the admin has its own policy, behind the second step.
ADMIN_CONTENT_SECURITY_POLICY = {
    "script-src": [SELF, "'unsafe-eval'"],
    "style-src": [SELF, "'unsafe-inline'"],
}

# --- Rules of the market that an operator may tune (A41) ----------------------------------------------------------
WARN_LAPSE_RATE_BP = env.int("WARN_LAPSE_RATE_BP", default=3_500)  # 流单率 of 30 days that warns the owner
SUSPEND_LAPSE_RATE_BP = env.int("SUSPEND_LAPSE_RATE_BP", default=5_000)  # … that proposes 暂停交易 to operators
FOUR_EYES_AMOUNT = env.int("FOUR_EYES_AMOUNT", default=20_000_000)  # fen; from here on two reviewers approve a task
SUPPORT_EMAIL = env.str("SUPPORT_EMAIL", default="kefu@weitask.example")
SUPPORT_PHONE = env.str("SUPPORT_PHONE", default="400-000-0000")

EMAIL_BACKEND = env.str("EMAIL_BACKEND", default="django.core.mail.backends.console.EmailBackend")
DEFAULT_FROM_EMAIL = SUPPORT_EMAIL

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {"httpx": {"level": "WARNING"}, "httpcore": {"level": "WARNING"}},  # they log URLs with tokens
}

UNFOLD = {
    "SITE_TITLE": gettext_lazy("微任务 Weitask"),
    "SITE_HEADER": gettext_lazy("微任务 运营后台"),
    "SITE_SUBHEADER": gettext_lazy("北京时间（UTC+8）"),
    "SITE_URL": "/",
    "SITE_SYMBOL": "fact_check",
    "COLORS": {
        "primary": {
            "50": "#fff7ed",
            "100": "#ffedd5",
            "200": "#fed7aa",
            "300": "#fdba74",
            "400": "#fb923c",
            "500": "#e0642e",
            "600": "#c2410c",
            "700": "#9a3412",
            "800": "#7c2d12",
            "900": "#58210e",
            "950": "#431407",
        }
    },
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
}
