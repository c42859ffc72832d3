"""The forms of logging in, signing up and the second factor: django-allauth's, with our words and looks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django import forms

_NEW_PASSWORD = _("At least 10 characters; a sentence is easier to keep in mind than a riddle.")


class _OurLook:
    """Labels instead of placeholders, controls as large as everywhere."""

    labels: ClassVar[dict[str, Any]] = {}
    hints: ClassVar[dict[str, Any]] = {}
    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = self.labels.get(name, field.label)
            field.help_text = self.hints.get(name, "")
            field.widget.attrs.pop("placeholder", None)
            field.widget.attrs["class"] = "form-control"


class LoginForm(_OurLook, account.LoginForm):  # type: ignore[misc]
    """Login name and password."""

    labels = {"login": _("Login name"), "password": _("Password")}


class SignupForm(_OurLook, account.SignupForm):  # type: ignore[misc]
    """A new login of a citizen."""

    labels = {"username": _("Login name"), "password1": _("Password"), "password2": _("Password, once more")}
    hints = {
        "username": _("Your mobile number, for example. Others do not see it."),
        "password1": _NEW_PASSWORD,
    }


class ChangePasswordForm(_OurLook, account.ChangePasswordForm):  # type: ignore[misc]
    """Another password, by somebody who knows the old one."""

    labels = {
        "oldpassword": _("Password until now"),
        "password1": _("New password"),
        "password2": _("New password, once more"),
    }
    hints = {"password1": _NEW_PASSWORD}


class SetPasswordForm(_OurLook, account.SetPasswordForm):  # type: ignore[misc]
    """A first password."""

    labels = {"password1": _("New password"), "password2": _("New password, once more")}
    hints = {"password1": _NEW_PASSWORD}


class ReauthenticateForm(_OurLook, account.ReauthenticateForm):  # type: ignore[misc]
    """The password once more, before something weighty."""

    labels = {"password": _("Password")}


class CodeForm(_OurLook, mfa.AuthenticateForm):  # type: ignore[misc]
    """A code of the app, or a recovery code."""

    labels = {"code": _("Code")}
    hints = {"code": _("The 6 digits in your app, or one of your recovery codes.")}


class CodeAgainForm(_OurLook, mfa.ReauthenticateForm):  # type: ignore[misc]
    """A code once more, before something weighty."""

    labels = CodeForm.labels
    hints = CodeForm.hints


class ActivateForm(_OurLook, totp.ActivateTOTPForm):  # type: ignore[misc]
    """The first code of a new app."""

    labels = {"code": _("Code that the app shows")}
