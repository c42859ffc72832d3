"""A form field from a fact as its pack declares it: declared once, asked the same everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _

from huanxin.foundation.lib import reader

from .fields import dress

if TYPE_CHECKING:
    from collections.abc import Iterable

    from huanxin.policy import Fact

_TYPED_AS = {
    "date": {"type": "date"},
    "decimal": {"inputmode": "decimal"},
    "integer": {"inputmode": "numeric"},
}


def fields(facts: Iterable[Fact], prefix: str = "f-") -> dict[str, forms.Field]:
    """A field for each fact, by name. None is required: what is left open is not known."""
    found = {f"{prefix}{fact.name}": field(fact) for fact in facts}
    dress(found.values())
    return found


def field(fact: Fact) -> forms.Field:
    """The field of one fact, with its question, its unit and its choices; `fact.parse` reads the answer."""
    unit = _("yuan") if fact.unit == "CNY" else fact.unit
    label = reader.said(fact.ask) + (f" ({unit})" if unit else "")
    proof = reader.said(fact.proof)
    open_choice = ("", _("Not known"))
    if fact.type == "choice":
        choices = [open_choice, *((code, reader.said(text)) for code, text in fact.of.items())]
        return forms.ChoiceField(label=label, required=False, choices=choices, help_text=proof)
    if fact.type == "boolean":
        choices = [open_choice, ("true", _("Yes")), ("false", _("No"))]
        return forms.ChoiceField(label=label, required=False, choices=choices, help_text=proof)
    widget = forms.TextInput(attrs=_TYPED_AS.get(fact.type, {}))
    return forms.CharField(label=label, required=False, max_length=500, widget=widget, help_text=proof)
