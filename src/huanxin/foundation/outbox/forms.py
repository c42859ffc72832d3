"""Where else a person is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from . import services
from .models import Channel

if TYPE_CHECKING:
    from huanxin.foundation.access.models import User


class ReachForm(forms.Form):
    """One way and the address on it; empty ends it."""

    way = forms.ChoiceField(choices=Channel.Way.choices, widget=forms.HiddenInput)
    address = forms.CharField(
        label=_("Number or address"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )

    def keep(self, user: User) -> Channel | None:
        """Keep it for this person; a mistake is said beside the field."""
        try:
            return services.reach(user, self.cleaned_data["way"], self.cleaned_data["address"])
        except ValidationError as wrong:
            self.add_error("address", wrong)
            return None
