"""Settings, all from the environment; docs/settings.md explains each."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.utils.translation import gettext_lazy as _

from huanxin.foundation.lib import sealed
from huanxin.web.database import from_url
from huanxin.web.paper_store import papers_from

PACKAGE = Path(__file__).resolve().parents[1]
_CHECKOUT = PACKAGE.parents[1]
_IS_CHECKOUT = (_CHECKOUT / "pyproject.toml").is_file()


def _flag(name: str, default: bool) -> bool:
    return os.environ.get(name, "1" if default else "0").strip().lower() in ("1", "true", "yes", "on")


def _words(name: str, default: str = "") -> list[str]:
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


# A checkout is a trial on one's own machine unless told otherwise: it answers to this machine only, makes
# its own
# keys, and lets one act as the people of the sample. To be reached by others it must be put in service, with
# keys.
TRIAL = _flag("HUANXIN_DEV", _IS_CHECKOUT)
DEBUG = _flag("HUANXIN_DEBUG", False)

VAR = Path(os.environ.get("HUANXIN_VAR") or (_CHECKOUT if _IS_CHECKOUT else Path.cwd()) / "var").resolve()
VAR.mkdir(parents=True, exist_ok=True)
VENDOR = _CHECKOUT / "build" / "vendor" if _IS_CHECKOUT else PACKAGE / "_vendor"

SECRET_KEY = sealed.key("HUANXIN_SECRET_KEY", trial=TRIAL, var=VAR)
SEAL_KEY = sealed.key("HUANXIN_SEAL_KEY", trial=TRIAL, var=VAR)
HASH_KEY = sealed.key("HUANXIN_HASH_KEY", trial=TRIAL, var=VAR)

ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"] if TRIAL else _words("HUANXIN_HOSTS")
# Where links in messages lead.
SITE_ADDRESS = os.environ.get("HUANXIN_ADDRESS", "").rstrip("/") or (
    "http://127.0.0.1:8000" if TRIAL else f"https://{ALLOWED_HOSTS[0]}" if ALLOWED_HOSTS else ""
)
CSRF_TRUSTED_ORIGINS = [] if TRIAL else [f"https://{host}" for host in ALLOWED_HOSTS]

INSTALLED_APPS = [
    "huanxin.foundation.access",
    "huanxin.foundation.outbox",
    "huanxin.foundation.ui",
    "huanxin.rulebook",
    "huanxin.registry",
    "huanxin.ledger",
    "huanxin.claims",
    "huanxin.renewal",
    "huanxin.tradein",
    "huanxin.web",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "huanxin.web.security.content_policy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "huanxin.web.reading.in_the_readers_language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "huanxin.foundation.access.middleware.bearer_tokens",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "huanxin.foundation.access.middleware.second_factor",
]

ROOT_URLCONF = "huanxin.web.urls"
WSGI_APPLICATION = "huanxin.web.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = {"default": from_url(os.environ.get("DATABASE_URL") or f"sqlite:///{VAR / 'huanxin.sqlite3'}")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "access.User"
LOGIN_URL = "access:login"
LOGIN_REDIRECT_URL = "/"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "huanxin.foundation.access.passwords.LongEnough", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]

# How often people failed to log in, and codes that were used: known to all processes.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "django_cache"}}

# Logging in (django-allauth): by login name, without mail; a lost password is set anew through a link that an
# administrator of the place makes.
ACCOUNT_ADAPTER = "huanxin.foundation.access.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_AUTHENTICATED_LOGIN_REDIRECTS = False
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    # Five wrong passwords for a login, or fifty from a network, and both wait.
    "login_failed": "5/15m/key,50/15m/ip",
    "signup": "20/h/ip",
    "change_password": "5/m/user",
    "reauthenticate": "10/m/user",
}
ACCOUNT_FORMS = {
    "login": "huanxin.foundation.access.entrance.LoginForm",
    "signup": "huanxin.foundation.access.entrance.SignupForm",
    "change_password": "huanxin.foundation.access.entrance.ChangePasswordForm",
    "set_password": "huanxin.foundation.access.entrance.SetPasswordForm",
    "reauthenticate": "huanxin.foundation.access.entrance.ReauthenticateForm",
}
MFA_ADAPTER = "huanxin.foundation.access.adapters.SecondFactor"
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "authenticate": "huanxin.foundation.access.entrance.CodeForm",
    "reauthenticate": "huanxin.foundation.access.entrance.CodeAgainForm",
    "activate_totp": "huanxin.foundation.access.entrance.ActivateForm",
}
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if _flag("HUANXIN_BEHIND_PROXY", False) else 0
# Citizens make their own logins, unless the office gives them.
SIGN_UP = _flag("HUANXIN_SIGN_UP", True)
PASSWORD_RESET_TIMEOUT = 24 * 3600

# Where the names of places come from, for rooms that may not know the registry.
PLACES = "huanxin.registry.queries.places"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [PACKAGE / "locale"]
FORMAT_MODULE_PATH = "huanxin.web.formats"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [("vendor", VENDOR)] if VENDOR.is_dir() else []
# In service the names of files carry their content's hash and stay in browsers for good
# (`huanxin django collectstatic`).
# On trial the files are served from where they lie, so that a change shows at once.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TRIAL
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
    "papers": papers_from(os.environ),
}
WHITENOISE_USE_FINDERS = TRIAL
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 0 if TRIAL else 60

MEDIA_ROOT = VAR / "media"
# The columns that the office's bank wants, as YAML; ours where none is named.
BANK_LAYOUT = os.environ.get("HUANXIN_BANK_LAYOUT") or None
# Big sheets go to disk at once; the room that takes one says itself how large it may be.
FILE_UPLOAD_TEMP_DIR = os.environ.get("HUANXIN_UPLOAD_TEMP") or None

# What people are told besides on these pages; docs/settings.md says what may stand there.
GATEWAYS = {
    "mail": os.environ.get("HUANXIN_MAIL_GATEWAY") or ("file" if TRIAL else "smtp"),
    "sms": os.environ.get("HUANXIN_SMS_GATEWAY") or "file",
    "wechat": os.environ.get("HUANXIN_WECHAT_GATEWAY") or "file",
}
GATEWAY_SECRET = os.environ.get("HUANXIN_GATEWAY_SECRET", "")
_SMTP = urlsplit(os.environ.get("HUANXIN_SMTP_URL") or "smtp://127.0.0.1:25")
EMAIL_HOST, EMAIL_PORT = _SMTP.hostname or "127.0.0.1", _SMTP.port or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_SMTP.username or ""), unquote(_SMTP.password or "")
EMAIL_USE_SSL, EMAIL_USE_TLS = _SMTP.scheme == "smtps", _SMTP.scheme == "smtp+tls"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = os.environ.get("HUANXIN_MAIL_FROM") or "huanxin@localhost"

CSRF_FAILURE_VIEW = "huanxin.web.errors.form_too_old"
# A name with __Host- is taken by a browser only from this host itself, over HTTPS.
if not TRIAL:
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-huanxin", "__Host-huanxin-form"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not TRIAL
SECURE_SSL_REDIRECT = not TRIAL
SECURE_HSTS_SECONDS = 0 if TRIAL else 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = False
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if _flag("HUANXIN_BEHIND_PROXY", False) else None
)
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# The office's parent domain decides about its other sub-domains, not this site.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

for _folder in ("log", "static"):
    (VAR / _folder).mkdir(exist_ok=True)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {
        "file": {
            "class": "logging.handlers.RotatingFileHandler",
            "filename": str(VAR / "log" / "huanxin.log"),
            "maxBytes": 20_000_000,
            "backupCount": 5,
            "delay": True,
            "encoding": "utf-8",
            "formatter": "line",
        },
        "console": {"class": "logging.StreamHandler", "formatter": "line", "level": "ERROR"},
    },
    "loggers": {
        "django": {"handlers": ["file", "console"], "level": "INFO", "propagate": False},
        # Strangers that knock under other names are nothing to wake anybody for.
        "django.security.DisallowedHost": {"handlers": [], "propagate": False},
        "huanxin": {"handlers": ["file"], "level": "INFO"},
    },
}
