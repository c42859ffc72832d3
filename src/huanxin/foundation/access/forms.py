"""Forms of administrators and auditors, and of a person who sets a password."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext_lazy as _

from . import queries, services
from .models import AccessEvent, Role, Scope, User

if TYPE_CHECKING:
    from .models import Mandate

_TEXT = {"class": "form-control"}
_CHOICE = {"class": "form-select"}


class NewPasswordForm(forms.Form):
    """A password, twice."""

    password = forms.CharField(
        label=_("New password"),
        strip=False,
        help_text=_("At least 10 characters; a sentence is easier to keep in mind than a riddle."),
        widget=forms.PasswordInput(attrs=_TEXT | {"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("New password, once more"),
        strip=False,
        widget=forms.PasswordInput(attrs=_TEXT | {"autocomplete": "new-password"}),
    )

    def __init__(self, user: User, *args: Any) -> None:
        super().__init__(*args)
        self._user = user

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, self._user)
        return password

    def clean(self) -> None:
        super().clean()
        if self.cleaned_data.get("password") and self.cleaned_data["password"] != self.data.get("again"):
            self.add_error("again", _("The two are not the same: write the password once more."))


class PeopleFilter(forms.Form):
    """Which mandates are shown."""

    q = forms.CharField(label=_("Login or name"), required=False, widget=forms.TextInput(attrs=_TEXT))
    role = forms.ChoiceField(
        label=_("Role"),
        required=False,
        choices=[("staff", _("everybody in the office")), ("", _("all")), *Role.choices],
        widget=forms.Select(attrs=_CHOICE),
    )
    ended = forms.ChoiceField(
        label=_("Mandates"),
        required=False,
        choices=[("", _("in force")), ("1", _("ended"))],
        widget=forms.Select(attrs=_CHOICE),
    )


class MandateForm(forms.Form):
    """A mandate for somebody who has a login, or who gets one with it."""

    login = forms.CharField(
        label=_("Login name"),
        max_length=150,
        help_text=_("Of somebody who is here, or a new one."),
        widget=forms.TextInput(attrs=_TEXT | {"autocomplete": "off"}),
    )
    name = forms.CharField(
        label=_("Full name"),
        max_length=100,
        required=False,
        help_text=_("For a new login only."),
        widget=forms.TextInput(attrs=_TEXT | {"autocomplete": "off"}),
    )
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, widget=forms.Select(attrs=_CHOICE))
    place_code = forms.CharField(
        label=_("Place"),
        max_length=6,
        help_text=_("15 the region, 1525 a league, 152502 a banner."),
        widget=forms.TextInput(attrs=_TEXT | {"inputmode": "numeric"}),
    )
    department = forms.CharField(
        label=_("Department"), max_length=100, required=False, widget=forms.TextInput(attrs=_TEXT)
    )
    until = forms.DateField(
        label=_("Until (this day included)"),
        required=False,
        widget=forms.DateInput(attrs=_TEXT | {"type": "date"}),
    )

    def give(self, by: User) -> Mandate | None:
        """Give it; a mistake is said beside the field."""
        said = self.cleaned_data
        try:
            return services.give_mandate_to(
                said["login"],
                said["role"],
                said["place_code"],
                name=said["name"],
                department=said["department"],
                until=said["until"],
                by=by,
            )
        except PermissionDenied as refused:
            self.add_error("place_code", str(refused))
        except ValidationError as wrong:
            for field, sentences in wrong.message_dict.items():
                self.add_error(
                    {"username": "login"}.get(field, field if field in self.fields else None), sentences
                )
        return None


class TokenForm(forms.Form):
    """A token for a program."""

    login = forms.CharField(
        label=_("In whose name"),
        help_text=_("The login of the organisation or person. The program may what they may, no more."),
        widget=forms.TextInput(attrs=_TEXT | {"autocomplete": "off"}),
    )
    name = forms.CharField(label=_("What it is for"), max_length=100, widget=forms.TextInput(attrs=_TEXT))
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        required=False,
        choices=[(scope.value, f"{scope.label} ({scope.value})") for scope in Scope],
        help_text=_("Without any it reads pages, and does nothing."),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )
    days = forms.IntegerField(
        label=_("Days it is good for"),
        min_value=1,
        max_value=3650,
        initial=365,
        widget=forms.NumberInput(attrs=_TEXT),
    )
    most_per_minute = forms.IntegerField(
        label=_("Most calls in a minute"),
        min_value=1,
        max_value=100_000,
        initial=600,
        widget=forms.NumberInput(attrs=_TEXT),
    )

    def issue(self, by: User) -> str:
        """Issue it and return its text; empty if it could not be, and why stands beside the field."""
        said = self.cleaned_data
        try:
            user = queries.person(said["login"])
            return services.issue_token(
                user,
                said["name"],
                days=said["days"],
                scopes=said["scopes"],
                most_per_minute=said["most_per_minute"],
                by=by,
            )
        except (PermissionDenied, queries.Unknown) as refused:
            self.add_error("login", str(refused))
        except ValidationError as wrong:
            self.add_error(None, wrong)
        return ""


class DisclosureFilter(forms.Form):
    """Which disclosures are shown."""

    login = forms.CharField(label=_("Login"), required=False, widget=forms.TextInput(attrs=_TEXT))
    q = forms.CharField(label=_("Words"), required=False, widget=forms.TextInput(attrs=_TEXT))


class EventFilter(forms.Form):
    """Which events of logins are shown."""

    login = forms.CharField(label=_("Login"), required=False, widget=forms.TextInput(attrs=_TEXT))
    kind = forms.ChoiceField(
        label=_("What happened"),
        required=False,
        choices=[("", _("all")), *AccessEvent.Kind.choices],
        widget=forms.Select(attrs=_CHOICE),
    )
