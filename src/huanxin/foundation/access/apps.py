"""Logins and mandates as a Django app."""

from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccessConfig(AppConfig):
    name = "huanxin.foundation.access"
    label = "access"
    verbose_name = _("Access")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Write down when somebody switches their second factor on or off, or sets a password."""
        from allauth.account.signals import password_changed, password_set
        from allauth.mfa.signals import authenticator_added, authenticator_removed

        authenticator_added.connect(_factor_on)
        authenticator_removed.connect(_factor_off)
        password_changed.connect(_password_set)
        password_set.connect(_password_set)


def _factor_on(request: Any, user: Any, authenticator: Any, **_rest: object) -> None:
    from . import services
    from .models import AccessEvent

    if authenticator.type == "totp":
        # This session has just shown a code.
        request.session["second_factor_made"] = user.pk
        services.note(AccessEvent.Kind.FACTOR_ON, user, by=user)


def _factor_off(request: Any, user: Any, authenticator: Any, **_rest: object) -> None:
    from . import services
    from .models import AccessEvent

    if authenticator.type == "totp":
        request.session.pop("second_factor_made", None)
        services.note(AccessEvent.Kind.FACTOR_OFF, user, by=user)


def _password_set(request: Any, user: Any, **_rest: object) -> None:
    from . import services
    from .models import AccessEvent

    services.note(AccessEvent.Kind.PASSWORD_SET, user, by=user)
