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

from xiangcun.lib.databases import PostgresLimits, postgres_settings, sqlite_settings
from xiangcun.lib.env import (
    env_bool,
    env_int,
    env_list,
    env_optional_bool,
    env_str,
    env_url,
)
from xiangcun.lib.secret_key import stored_secret_key

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env_str("XIANGCUN_DATA", str(BASE_DIR / "var"))).expanduser().resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)

# Mode ---------------------------------------------------------------------------------------------
DEBUG = env_optional_bool("DEBUG") is True
PRODUCTION = env_optional_bool("DEBUG") is False
SECRET_KEY = env_str("SECRET_KEY")
if not SECRET_KEY and not PRODUCTION:
    SECRET_KEY = stored_secret_key(DATA_DIR)
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", () if PRODUCTION else ("*",))
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")

# WeChat -------------------------------------------------------------------------------------------
WECHAT_APPID = env_str("WECHAT_APPID")
WECHAT_SECRET = env_str("WECHAT_SECRET")
WECHAT_API_BASE = env_str("WECHAT_API_BASE", "https://api.weixin.qq.com")
# ``dev:<name>`` logs a resident in without WeChat; production mode refuses to start with it.
DEV_LOGIN = not WECHAT_APPID

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
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
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
        },
    },
]

# Database -----------------------------------------------------------------------------------------
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
database_url = env_url("DATABASE_URL", schemes=("postgres", "postgresql", "sqlite"))
if database_url is None or database_url.scheme == "sqlite":
    sqlite_path = database_url.path.lstrip("/") if database_url else ""
    sqlite_file = Path("/", sqlite_path) if sqlite_path else DATA_DIR / "xiangcun.sqlite3"
    DATABASES = {"default": sqlite_settings(sqlite_file)}
else:
    DATABASES = {
        "default": postgres_settings(
            database_url,
            PostgresLimits(
                pool_min=env_int("DB_POOL_MIN", 1, high=100),
                pool_max=env_int("DB_POOL_SIZE", 8, high=200),
                connect_seconds=env_int("DB_CONNECT_TIMEOUT", 5, low=1, high=60),
                statement_ms=env_int("DB_STATEMENT_TIMEOUT_MS", 15_000, high=3_600_000),
            ),
        )
    }

# People -------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "dispatch.Staff"
KNOX_TOKEN_MODEL = "reports.ResidentToken"
REST_KNOX = {
    "TOKEN_TTL": timedelta(days=30),
    "AUTH_HEADER_PREFIX": "Bearer",
    "AUTO_REFRESH": False,
    "TOKEN_LIMIT_PER_USER": None,
}
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# Language and time --------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文")]
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

# Files --------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "static_root"
# Photos are private: no MEDIA_URL serves them, a view does after checking a signed, expiring link.
MEDIA_ROOT = DATA_DIR / "media"
MEDIA_URL = ""
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

# Resident API -------------------------------------------------------------------------------------
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["knox.auth.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "UNAUTHENTICATED_USER": None,
    "UNAUTHENTICATED_TOKEN": None,
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "乡村小脑 居民接口",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}
TESTING = "pytest" in sys.modules
DEBUG_PROPAGATE_EXCEPTIONS = env_bool("DEBUG_PROPAGATE_EXCEPTIONS", default=False)
