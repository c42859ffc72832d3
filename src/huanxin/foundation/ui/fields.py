"""How form fields look, in one place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms

if TYPE_CHECKING:
    from collections.abc import Iterable


def dress(fields: Iterable[forms.Field]) -> None:
    """Give each field's widget the class that our style sheet knows: drop-down, tick, line.

    A group of ticks is to be shown by `ui/parts/field.html`, or tick by tick: the class is each tick's own,
    and Django's own markup would put it on the whole group.
    """
    for field in fields:
        look = "form-control"
        if isinstance(field.widget, forms.CheckboxInput | forms.CheckboxSelectMultiple | forms.RadioSelect):
            look = "form-check-input"
        elif isinstance(field.widget, forms.Select):
            look = "form-select"
        if isinstance(field.widget, forms.DateInput):
            # A browser's own calendar takes no other spelling of a day than this.
            field.widget.input_type, field.widget.format = "date", "%Y-%m-%d"
        field.widget.attrs.setdefault("class", look)
