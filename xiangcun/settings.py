"""All settings, in one file, from typed environment variables (table: docs/operations.md).

Two modes. Embedded (``DEBUG`` unset): SQLite, a broker in the data folder, a secret key made on
first start, no debug pages. Production (``DEBUG=0``): refuses to start until every fault of
``xiangcun.lib.strict`` is mended. ``DEBUG=1`` is embedded with Django's debug pages, for developers.
"""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from dispatch.schedule import BEAT as DISPATCH_BEAT
from reports.schedule import BEAT as REPORTS_BEAT
from xiangcun.api_schema import *  # noqa: F403 - how the API describes itself: a file of its own
from xiangcun.brief_settings import *  # noqa: F403 - the briefs, likewise
from xiangcun.lib.databases import PostgresLimits, postgres_settings, sqlite_settings
from xiangcun.lib.env import (
    env_bool,
    env_int,
    env_list,
    env_optional_bool,
    env_str,
    env_url,
)
from xiangcun.lib.filebroker import broker_options
from xiangcun.lib.logs import logging_settings
from xiangcun.lib.secret_key import stored_secret_key
from xiangcun.lib.strict import StartFacts, production_faults
from xiangcun.lib.tiles import configured_layers, tile_origins
from xiangcun.notice_settings import *  # noqa: F403 - what staff are told: a file of its own
from xiangcun.notice_settings import PUBLIC_BASE_URL
from xiangcun.outside_settings import *  # noqa: F403 - what leaves the office: likewise
from xiangcun.privacy_settings import *  # noqa: F403 - what is kept how long: a file of its own
from xiangcun.public_settings import *  # noqa: F403 - what the public sees: likewise
from xiangcun.resident_limits import *  # noqa: F403 - how much one sender may do
from xiangcun.resident_limits import THROTTLE_RATES
from xiangcun.sign_in import *  # noqa: F403 - settings like those below
from xiangcun.unfold import unfold_settings
from xiangcun.wechat_settings import *  # noqa: F403 - WeChat and the ways to sign in
from xiangcun.wechat_settings import DEV_LOGIN, wechat_facts

BASE_DIR = Path(__file__).resolve().parent.parent
TESTING = "pytest" in sys.modules
# Parallel test processes share nothing: neither files nor the keys in Redis.
TEST_PROCESS = env_str("PYTEST_XDIST_WORKER", "main") if TESTING else ""
DATA_DIR = Path(env_str("XIANGCUN_DATA", str(BASE_DIR / "var"))).expanduser().resolve()
if TESTING:
    DATA_DIR = DATA_DIR / "test" / TEST_PROCESS
DATA_DIR.mkdir(parents=True, exist_ok=True)

# Mode ---------------------------------------------------------------------------------------------
DEBUG = env_optional_bool("DEBUG") is True
PRODUCTION = env_optional_bool("DEBUG") is False
SECRET_KEY = env_str("SECRET_KEY")
# Seals the ledger of every ticket: apart from SECRET_KEY, because that one may be rotated.
LEDGER_KEY = env_str("LEDGER_KEY")
if not PRODUCTION:
    SECRET_KEY = SECRET_KEY or stored_secret_key(DATA_DIR, "secret_key")
    LEDGER_KEY = LEDGER_KEY or stored_secret_key(DATA_DIR, "ledger_key")
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", () if PRODUCTION else ("*",))
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")

# Applications -------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "reports",
    "dispatch",
]
MIDDLEWARE = [
    "xiangcun.lib.requestid.RequestIdMiddleware",
    "xiangcun.lib.headers.SecurityHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "dispatch.console.session_guard.SessionGuard",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "xiangcun.urls"
WSGI_APPLICATION = "xiangcun.wsgi.application"
APPEND_SLASH = True
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "libraries": {
                "alarms": "dispatch.console.alarm_tags",
                "h5": "reports.h5.tags",
                "sign_in": "dispatch.console.session_tags",
            },
        },
    },
]

# Staff console ------------------------------------------------------------------------------------
UNFOLD = unfold_settings()

# Database -----------------------------------------------------------------------------------------
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
database_url = env_url("DATABASE_URL", schemes=("postgres", "postgresql", "sqlite"))
if database_url is None or database_url.scheme == "sqlite":
    sqlite_path = database_url.path.lstrip("/") if database_url else ""
    sqlite_file = Path("/", sqlite_path) if sqlite_path else DATA_DIR / "xiangcun.sqlite3"
    DATABASES: dict[str, dict[str, Any]] = {"default": sqlite_settings(sqlite_file)}
else:
    DATABASES = {
        "default": postgres_settings(
            database_url,
            PostgresLimits(
                pool_min=env_int("DB_POOL_MIN", 1, high=100),
                pool_max=env_int("DB_POOL_SIZE", 16, high=200),
                connect_seconds=env_int("DB_CONNECT_TIMEOUT", 5, low=1, high=60),
                statement_ms=env_int("DB_STATEMENT_TIMEOUT_MS", 15_000, high=3_600_000),
                prepare_after=env_int("DB_PREPARE_AFTER", 5, high=1000),
            ),
        )
    }

# People -------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "dispatch.Staff"
KNOX_TOKEN_MODEL = "reports.ResidentToken"  # noqa: S105 - the name of a model
# Our token table replaces the library's: its migrations would leave an unused one behind.
MIGRATION_MODULES = {"knox": None}
REST_KNOX = {
    "TOKEN_TTL": timedelta(days=30),
    "AUTH_HEADER_PREFIX": "Bearer",
    "AUTO_REFRESH": False,
    "TOKEN_LIMIT_PER_USER": None,
}
if TESTING:
    # The real hasher is slow on purpose; a suite that logs in a thousand times need not prove it.
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Language and time --------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文")]
FORMAT_MODULE_PATH = ["xiangcun.formats"]
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

# Files --------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(env_str("STATIC_ROOT", str(BASE_DIR / "static_root"))).expanduser().resolve()
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
# From npm packages, only the built files that pages name; nothing third-party is in this repository.
NODE_MODULES = BASE_DIR / "node_modules"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "xiangcun.lib.static.VendorFinder",
]
# A page that names a missing file shows without it instead of failing.
WHITENOISE_MANIFEST_STRICT = False
# Photos are private: no MEDIA_URL serves them, a view does after checking a signed, expiring link.
MEDIA_ROOT = DATA_DIR / "media"
MEDIA_URL = ""
# Trained models: signed files, loaded from here and nowhere else; the latest are kept.
MODEL_FILES_KEPT = env_int("MODEL_FILES_KEPT", 10, low=2, high=1000)
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "models": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(DATA_DIR / "models"), "file_permissions_mode": 0o640},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or TESTING
        else "xiangcun.lib.modules.ModuleStorage"
    },
}
FILE_UPLOAD_PERMISSIONS = 0o640
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o750
# A photo is at most 10 MB and streams to a temporary file; any other body is small.
FILE_UPLOAD_MAX_MEMORY_SIZE = 512 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_NUMBER_FILES = 20

# Resident API -------------------------------------------------------------------------------------
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["reports.api.authentication.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["xiangcun.lib.drf.parsers.StrictJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "xiangcun.lib.drf.pagination.KeysetPagination",
    "DEFAULT_THROTTLE_CLASSES": ["xiangcun.lib.drf.throttling.CounterThrottle"],
    "DEFAULT_THROTTLE_RATES": THROTTLE_RATES,
    "NUM_PROXIES": env_int("NUM_PROXIES", 0, high=10),
    "EXCEPTION_HANDLER": "xiangcun.lib.drf.errors.exception_handler",
    "PAGE_SIZE": 20,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "UNAUTHENTICATED_USER": None,
    "UNAUTHENTICATED_TOKEN": None,
}

# Cache and background work ------------------------------------------------------------------------
redis_parts = env_url("REDIS_URL", schemes=("redis", "rediss", "unix"))
REDIS_URL = redis_parts.geturl() if redis_parts else ""
REDIS_PREFIX = f"xiangcun-test-{TEST_PROCESS}" if TESTING else "xiangcun"
if REDIS_URL:
    CACHES: dict[str, dict[str, Any]] = {
        "default": {
            "BACKEND": "xiangcun.lib.caches.ForgivingRedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": REDIS_PREFIX,
            "TIMEOUT": 600,
        }
    }
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        # A message of a killed worker is delivered again after this; the default is an hour.
        "visibility_timeout": env_int("BROKER_VISIBILITY_SECONDS", 60, low=10, high=3600),
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        # Publishing happens inside requests: a dead broker may cost them this much and no more.
        "socket_connect_timeout": 0.5,
        "socket_timeout": 3,
        "socket_keepalive": True,
        "health_check_interval": 30,
        "global_keyprefix": f"{REDIS_PREFIX}:",
        "max_retries": 1,
        "interval_start": 0,
        "interval_step": 0,
        "retry_on_timeout": False,
    }
else:
    CACHES = {
        "default": {
            "BACKEND": "xiangcun.lib.caches.LockedFileCache",
            "LOCATION": str(DATA_DIR / "cache"),
            "TIMEOUT": 600,
            "OPTIONS": {"MAX_ENTRIES": 5000, "CULL_FREQUENCY": 4},
        }
    }
    CELERY_BROKER_URL = "filesystem://localhost//"
    CELERY_BROKER_TRANSPORT = "xiangcun.lib.filebroker:Transport"
    CELERY_BROKER_TRANSPORT_OPTIONS = broker_options(DATA_DIR / "broker")
CELERY_BROKER_CONNECTION_TIMEOUT = 1.0
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# The row is the truth and the bell is a hint: ring once, never wait for a broker inside a request.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT = 40
CELERY_TASK_TIME_LIMIT = 50
CELERY_TASK_DEFAULT_QUEUE = "default"
# Renditions take a quarter of a second of CPU each; triage must not stand behind thirty of them.
# Training and exports take seconds to minutes and nobody waits beside them: they share a worker.
CELERY_TASK_QUEUES: dict[str, Any] = {
    q: {} for q in ("default", "photos", "outbox", "training", "exports")
}
CELERY_TASK_ROUTES = {
    "reports.process_photo": {"queue": "photos"},
    "reports.strip_originals": {"queue": "photos"},
    "dispatch.train_classifier": {"queue": "training"},
    "dispatch.refresh_hotspots": {"queue": "training"},
    "dispatch.refresh_insights": {"queue": "training"},
    # Other people's servers may hang: triage must not stand behind them either.
    "dispatch.deliver_channel": {"queue": "outbox"},
    "reports.check_content": {"queue": "outbox"},
    "reports.sweep_content_checks": {"queue": "outbox"},
    "reports.deliver_messages": {"queue": "outbox"},
    "dispatch.run_export": {"queue": "exports"},
    "dispatch.draw_brief": {"queue": "exports"},
}
CELERY_WORKER_CONCURRENCY = env_int("WORKER_CONCURRENCY", 2 if REDIS_URL else 1, low=1, high=64)
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 5000
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 240_000
# Celery would close the connection pool after every task: a new PostgreSQL backend and everything
# prepared anew for each report. xiangcun.celery does between tasks what Django does between requests.
CELERY_DB_REUSE_MAX = 5000
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
# Its open subscription is how a worker notices that Redis went away. Without it a worker that could
# not acknowledge what it held would wait for ever and never ask for a message again.
CELERY_WORKER_ENABLE_REMOTE_CONTROL = bool(REDIS_URL)
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_IMPORTS = ("xiangcun.heartbeat",)
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")
CELERY_BEAT_MAX_LOOP_INTERVAL = 5
# Every row whose bell was lost is picked up by a sweep; the options keep a pile from forming while
# no worker is there to take them.
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "heartbeat": {
        "task": "xiangcun.heartbeat",
        "schedule": 10.0,
        "options": {"expires": 30},
    },
    **DISPATCH_BEAT,
    **REPORTS_BEAT,
}

# Command room -------------------------------------------------------------------------------------
# A P0 that nobody acknowledged for so many minutes is passed to the leads on duty.
ALARM_ESCALATE_MINUTES = env_int("ALARM_ESCALATE_MINUTES", 5, low=1, high=120)

# Safety -------------------------------------------------------------------------------------------
# No tiles by default: the grids are the base. Either 天地图 by key, or any server of WGS-84 tiles.
MAP_TILES = configured_layers()
MAP_TILE_ORIGINS = [*env_list("MAP_TILE_ORIGINS"), *tile_origins(MAP_TILES)]
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
CSRF_COOKIE_SAMESITE = "Lax"
if PRODUCTION:
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = env_bool("SECURE_SSL_REDIRECT", default=True)
    # The probes of an orchestrator speak plain HTTP to the process itself.
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = env_int("SECURE_HSTS_SECONDS", 365 * 24 * 3600)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    if env_bool("TRUST_PROXY", default=False):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    faults = production_faults(
        StartFacts(
            secret_key=SECRET_KEY,
            ledger_key=LEDGER_KEY,
            allowed_hosts=tuple(ALLOWED_HOSTS),
            dev_login=DEV_LOGIN,
            wechat=wechat_facts(PUBLIC_BASE_URL),
            sqlite="sqlite3" in str(DATABASES["default"]["ENGINE"]),
            sqlite_allowed=env_bool("XIANGCUN_ALLOW_SQLITE", default=False),
        )
    )
    if faults:
        raise ImproperlyConfigured("\n".join(f"- {fault}" for fault in faults))

# Logs ---------------------------------------------------------------------------------------------
LOGGING = logging_settings(
    json=env_bool("LOG_JSON", default=PRODUCTION), level=env_str("LOG_LEVEL", "INFO").upper()
)
