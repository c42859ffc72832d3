"""Invented content for the gallery of parts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huanxin.foundation.lib import pages

from . import badges, fields, listing, maps

if TYPE_CHECKING:
    from django.http import HttpRequest

_OPEN = ("", gettext_lazy("Not known"))


@dataclass(frozen=True)
class _Line:
    key: str
    name: str
    year: int
    n: int
    verdict: str


class _Filters(forms.Form):
    text = forms.CharField(label=gettext_lazy("Name"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind of thing"), required=False, choices=[_OPEN])


class _Sketch(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), help_text=gettext_lazy("As on the type plate."))
    power = forms.DecimalField(label=gettext_lazy("Power (kW)"), min_value=1)
    fuel = forms.ChoiceField(label=gettext_lazy("Fuel"), required=False, choices=[_OPEN])
    on = forms.DateField(label=gettext_lazy("In service since"), required=False)
    sure = forms.ChoiceField(
        label=gettext_lazy("Is it known?"),
        widget=forms.RadioSelect,
        choices=[("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))],
    )


def states(request: HttpRequest) -> dict[str, Any]:
    """What the gallery shows: lists, forms, charts and the map, each in its states."""
    full = listing.page(
        request, pages.Page(_lines(), None, "2"), _columns(), _dressed(_Filters()),
        count=SimpleNamespace(n=10_000, is_more=True), exports=[("xlsx", "?"), ("csv", "?")],
    )  # fmt: skip
    empty = replace(full, lines=[], next=None, form=None, count=SimpleNamespace(n=0, is_more=False))
    return {
        "listing": full,
        "none": replace(empty, is_filtered=True),
        "nothing": replace(empty, is_filtered=False, choices=()),
        "form": _dressed(_Sketch()),
        "refused": _dressed(_Sketch({"again-power": "0"}, prefix="again")),
        "key": [(verdict, str(word)) for verdict, (_shape, word) in badges.VERDICTS.items()][:6],
        "bars": [(line.name, line.n) for line in _lines()],
        "ages": _ages(),
        "map": _map(),
    }


def _lines() -> list[_Line]:
    return [
        _Line("1525", _("Example boiler"), 2004, 12, "must"),
        _Line("1501", _("Example motor"), 2016, 7, "should"),
    ]


def _columns() -> list[listing.Column[_Line]]:
    return [
        listing.Column(_("Name"), lambda line: line.name, lambda _line: "#full", is_main=True),
        listing.Column(_("Place"), lambda line: line.key, key="place"),
        listing.Column(_("Verdict"), lambda line: badges.verdict(line.verdict), key="verdict"),
        listing.Column(
            _("In service since"),
            lambda line: line.year,
            is_number=True,
            key="year",
            orders=("year", "-year"),
        ),
        listing.Column(_("Count"), lambda line: line.n, is_number=True, key="n", is_offered=True),
    ]


def _dressed(form: forms.Form) -> forms.Form:
    fields.dress(form.fields.values())
    return form


def _ages() -> list[SimpleNamespace]:
    tallies = {"0–9": (0, 2, 1, 40), "10–19": (4, 11, 5, 30), "20–29": (21, 9, 3, 2)}
    verdicts = ("must", "should", "undecided", "fine")
    return [
        SimpleNamespace(
            name=name,
            cells=[
                SimpleNamespace(verdict=v, word=badges.VERDICTS[v][1], tally=SimpleNamespace(n=n))
                for v, n in zip(verdicts, tally, strict=True)
            ],
        )
        for name, tally in tallies.items()
    ]


def _map() -> maps.Map:
    """Four squares in a row stand for leagues."""
    shapes = tuple(
        maps.Shape("#map", f"15{n:02}", f"15{n:02}", n * 10, n, f"M{x} 0h240v120h-240Z", x + 120, 66)
        for n, x in enumerate(range(0, 1000, 250))
    )
    key = tuple(maps.Step(n, n * 10 - 9, n * 10) for n in (1, 2, 3))
    return maps.Map("0 0 1000 120", shapes, key, has_none=True)
