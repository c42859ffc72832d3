"""How django-allauth fits this office: its hooks lead to our services, its sentences are ours."""

from __future__ import annotations

import base64
import time
from typing import TYPE_CHECKING, Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from huanxin.foundation.lib import sealed

from . import queries, services
from .models import OPERATOR, AccessEvent, User

if TYPE_CHECKING:
    from django.forms import Form
    from django.http import HttpRequest, HttpResponse

_LOGGED_IN_AT, _FRESH_SECONDS = "logged_in_at", 300
# Where a new citizen goes to say who they are, if there is such a page.
_FIRST_PAGES = ("claims:register", "home:start")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Logging in and signing up."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This login was closed. An administrator of your office opens it again."),
        "enter_current_password": _("Write the password that you use now."),
        "incorrect_code": _("This code is not right. A code of the app is good for half a minute."),
        "incorrect_password": _("This is not the password of this login."),
        "rate_limited": _("Too many tries. Wait some minutes, then try again."),
        "too_many_login_attempts": _("Too many wrong tries. Wait a quarter of an hour, then try again."),
        "username_blacklisted": _("This login name cannot be used: choose another."),
        "username_password_mismatch": _("Login name or password is wrong."),
        "username_taken": _("Somebody has this login name: choose another."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return settings.SIGN_UP

    def clean_username(self, username: str, shallow: bool = False) -> str:
        if username.lower() == OPERATOR:
            raise self.validation_error("username_blacklisted")
        return str(super().clean_username(username, shallow))

    def save_user(self, request: HttpRequest, user: User, form: Form, commit: bool = True) -> User:
        """A new citizen, with the mandate of an applicant."""
        made: User = super().save_user(request, user, form, commit=False)
        return services.sign_up(
            made, language=get_language() or settings.LANGUAGE_CODE, from_where=self.get_client_ip(request)
        )

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        for name in _FIRST_PAGES:
            try:
                return reverse(name)
            except NoReverseMatch:
                continue
        return "/"

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("access:me")

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        where = self.get_client_ip(request)
        request.session[_LOGGED_IN_AT] = int(time.time())
        services.note(AccessEvent.Kind.LOGGED_IN, user, by=user, from_where=where)
        services.remember_language(user, get_language() or settings.LANGUAGE_CODE)
        answer: HttpResponse = super().post_login(request, user, **kwargs)
        return answer

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        login = str(credentials.get("username", ""))[:150]
        user = User.objects.filter(username=login).first()
        where = self.get_client_ip(request)
        # What was typed may be a password in the wrong field: only a login that exists is written down.
        services.note(AccessEvent.Kind.FAILED, user, by=None, from_where=where)

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Not within five minutes after logging in: then the password was just written."""
        if time.time() - self.request.session.get(_LOGGED_IN_AT, 0) < _FRESH_SECONDS:
            return False
        return bool(super().is_reauthentication_required(app=app))

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Nothing by mail: allauth knows no addresses here."""


class SecondFactor(DefaultMFAAdapter):  # type: ignore[misc]
    """Codes of an app. Its secrets are sealed like personal data."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": AccountAdapter.error_messages["incorrect_code"],
        "cannot_delete_authenticator": _("Your role needs the second factor: it cannot be switched off."),
    }

    def get_totp_issuer(self) -> str:
        return "Huanxin 焕新"

    def encrypt(self, text: str) -> str:
        return base64.b64encode(sealed.seal(text)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return sealed.unseal(base64.b64decode(encrypted_text))

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        return settings.TRIAL or not queries.is_staff(authenticator.user)

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Nothing by mail."""
