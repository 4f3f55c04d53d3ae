"""Django's settings, all taken from `plant.settings`; nobody imports this but Django."""

from pathlib import Path
from typing import Any

from dateline.plant.db.databases import databases
from dateline.plant.settings import get_settings

_settings = get_settings()
_SOURCE = Path(__file__).parents[2]
_ROOMS_WITH_TABLES = (
    "dateline.issuers",
    "dateline.audience",
    "dateline.intake",
    "dateline.desk",
    "dateline.languages",
    "dateline.wire",
    "dateline.dispatch",
    "dateline.faces",
)

DEBUG = False
SECRET_KEY = _settings.secret("web").hex()
ALLOWED_HOSTS = ["*"]  # the faces build absolute addresses from DATELINE_BASE_URL, never from the Host header
ROOT_URLCONF = "dateline.faces.urls"
DATABASES: dict[str, dict[str, Any]] = databases(_settings)
DATABASE_ROUTERS = ["dateline.plant.db.routing.LedgerRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "dateline.plant.db",
    *(name for name in _ROOMS_WITH_TABLES if (_SOURCE / name.partition(".")[2] / "apps.py").exists()),
]
MIDDLEWARE = [
    "dateline.faces.middleware.SecurityHeaders",
    "dateline.faces.middleware.Assets",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": sorted((_SOURCE / "faces").glob("*/templates")),
        "APP_DIRS": True,
        "OPTIONS": {
            "libraries": {
                "newsroom": "dateline.faces.newsroom.templatetags.newsroom",
                "desk": "dateline.faces.portal.templatetags.desk",
            },
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "dateline.faces.context.house",
            ],
        },
    }
]
STATIC_URL = "/assets/"
STATICFILES_DIRS = [
    ("look", _SOURCE / "faces" / "look"),
    *(
        [("vendor", _SOURCE / "faces" / "assets" / "vendor")]
        if (_SOURCE / "faces" / "assets" / "vendor").is_dir()
        else []
    ),
]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [
    (tag, tag)
    for tag in (
        "en",
        "ko",
        "ja",
        "ar",
        "zh-hans",
        "zh-hant",
        "vi",
        "th",
        "id",
        "ms",
        "de",
        "ru",
        "fr",
        "es",
        "pt-br",
    )
]
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _settings.site_url.startswith("https://")
CSRF_TRUSTED_ORIGINS = [_settings.site_url]
CSRF_FAILURE_VIEW = "dateline.faces.house.errors.refused_form"
SESSION_COOKIE_AGE = 12 * 3600
# In the person's own cookie alone: Django's default puts long ones into the sessions table, and they may
# quote a text before T0.
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
X_FRAME_OPTIONS = "DENY"
APPEND_SLASH = True
LOGIN_URL = "/accounts/"
DATA_UPLOAD_MAX_MEMORY_SIZE = (_settings.upload_limit_mb + 5) * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = (
    DATA_UPLOAD_MAX_MEMORY_SIZE  # uploads are unreleased text: never a temporary file
)
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
LOGGING_CONFIG = None
if _settings.trusted_proxies:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
