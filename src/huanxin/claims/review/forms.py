"""Forms of the reviewer's pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huanxin.foundation.ui.fields import dress

from .queue import Asked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .seats import Seat


class QueueFilters(forms.Form):
    """What is asked of a desk; kept in the address."""

    number = forms.CharField(label=gettext_lazy("Number of the claim"), required=False, max_length=60)
    programme = forms.ChoiceField(label=gettext_lazy("Programme"), required=False)
    clock = forms.ChoiceField(label=gettext_lazy("Clock"), required=False)
    light = forms.ChoiceField(label=gettext_lazy("Checks"), required=False)
    desk = forms.ChoiceField(label=gettext_lazy("Desk"), required=False)

    def __init__(
        self, data: Any, seats: Sequence[tuple[Seat, str]], programmes: Sequence[tuple[str, str]]
    ) -> None:
        super().__init__(data)
        self.seats = [seat for seat, _name in seats]
        everything = ("", _("all"))
        self._choose("programme", [everything, *programmes])
        self._choose("clock", [everything, *clocks()])
        self._choose("light", [everything, *lights()])
        self._choose("desk", [(seat.place_code, name) for seat, name in seats])
        if len(seats) < 2:
            del self.fields["desk"]
        dress(self.fields.values())

    def asked(self) -> Asked:
        """What is asked; of a wrong choice nothing is."""
        self.is_valid()
        said = self.cleaned_data
        code = said.get("desk") or ""
        seat = next((seat for seat in self.seats if seat.place_code == code), self.seats[0])
        return Asked(
            seat=seat,
            programme=said.get("programme") or "",
            light=said.get("light") or "",
            clock=said.get("clock") or "",
            number=said.get("number") or "",
        )

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


def clocks() -> list[tuple[str, str]]:
    return [("late", _("late")), ("today", _("due today")), ("later", _("later"))]


def lights() -> list[tuple[str, str]]:
    return [("red", _("red")), ("open", _("unsettled")), ("green", _("green"))]


class DeedForm(forms.Form):
    """A step with one file, and what its deed needs."""

    deed = forms.CharField(max_length=30)
    n_steps = forms.IntegerField(required=False)
    reason = forms.CharField(required=False, max_length=1000)


class ReasonForm(forms.Form):
    """Why somebody has to see personal data."""

    what = forms.CharField(max_length=40)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        error_messages={"required": gettext_lazy("Write a reason: it is kept with your name.")},
    )
