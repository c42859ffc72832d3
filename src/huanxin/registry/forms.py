"""Forms of the registry's pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huanxin.foundation.lib import reader

from . import queries
from .models import Asset

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .models import Place

_FIRST, _LAST = 1900, 2100
# Bytes. A sheet of a million rows is smaller; what is larger is no sheet that somebody filled in.
_LARGEST_SHEET = 300 * 1024 * 1024
NO_PLACE = "outside"


class InventoryFilters(forms.Form):
    """What is asked of the inventory; kept in the address."""

    text = forms.CharField(label=gettext_lazy("Name or whole identity"), required=False, max_length=100)
    kind = forms.ChoiceField(label=gettext_lazy("Kind of thing"), required=False)
    place = forms.ChoiceField(label=gettext_lazy("Place"), required=False)
    from_year = forms.IntegerField(
        label=gettext_lazy("In service from"), required=False, min_value=_FIRST, max_value=_LAST
    )
    to_year = forms.IntegerField(
        label=gettext_lazy("until year"), required=False, min_value=_FIRST, max_value=_LAST
    )
    undated = forms.ChoiceField(label=gettext_lazy("Year"), required=False)
    state = forms.ChoiceField(label=gettext_lazy("State"), required=False)
    sample = forms.ChoiceField(label=gettext_lazy("Real or made up"), required=False)
    order = forms.ChoiceField(label=gettext_lazy("Order"), required=False)

    def __init__(self, data: Any, areas: Sequence[str]) -> None:
        super().__init__(data)
        everything = _("all")
        self._choose("kind", [("", everything), *kinds_to_choose()])
        self._choose("place", [("", everything), *places_to_choose(areas), ("none", _("without a place"))])
        self._choose("undated", [("", everything), ("1", _("year not known"))])
        self._choose("state", [("", everything), *Asset.State.choices])
        self._choose("sample", [("", everything), ("0", _("real")), ("1", _("made up"))])
        self._choose(
            "order",
            [
                ("", _("as they lie")),
                ("-id", _("latest entered first")),
                ("year", _("oldest first, dated only")),
                ("-year", _("newest first, dated only")),
            ],
        )
        for name, field in self.fields.items():
            is_choice = isinstance(field, forms.ChoiceField)
            field.widget.attrs |= {"class": "form-select" if is_choice else "form-control", "id": f"f-{name}"}

    def _choose(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def asked(self) -> queries.Filters:
        """The filters of the address; what cannot be read asks nothing, and the form says so."""
        self.is_valid()
        said = self.cleaned_data
        return queries.Filters(
            kind=said.get("kind") or None,
            place=said.get("place", ""),
            from_year=said.get("from_year"),
            to_year=said.get("to_year"),
            undated=bool(said.get("undated")),
            state=said.get("state", ""),
            sample={"0": False, "1": True}.get(said.get("sample", "")),
            text=said.get("text", ""),
            order=said.get("order", ""),
        )


class SheetForm(forms.Form):
    """A sheet to bring in: which file, of which kind, from where."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind of thing"))
    file = forms.FileField(
        label=gettext_lazy("Sheet"),
        help_text=gettext_lazy(
            "Excel (.xlsx) or CSV, also gzipped; any order of columns, headings in Chinese or English."
        ),
    )
    place = forms.ChoiceField(
        label=gettext_lazy("Where the things are"),
        required=False,
        help_text=gettext_lazy(
            "Each row's own place counts: a code, a name, or coordinates. A place chosen here is that of rows"
            " that say none."
        ),
    )
    source = forms.CharField(
        label=gettext_lazy("Source"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Shown beside each thing, for instance who sent the sheet and when."),
    )
    sample = forms.BooleanField(label=gettext_lazy("Made-up data, marked wherever it shows"), required=False)

    def __init__(self, *args: Any, areas: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind, place = self.fields["kind"], self.fields["place"]
        assert isinstance(kind, forms.ChoiceField)
        assert isinstance(place, forms.ChoiceField)
        kind.choices = kinds_to_choose()
        own = [("", _("as each row says"))]
        if "15" in areas:
            own.append((NO_PLACE, _("not in this region")))
        place.choices = [*own, *places_to_choose(areas)]
        for name, field in self.fields.items():
            look = "form-select" if isinstance(field, forms.ChoiceField) else "form-control"
            field.widget.attrs |= {"class": "form-check-input" if name == "sample" else look}
        self.fields["file"].widget.attrs["accept"] = ".xlsx,.xls,.csv,.gz,.txt"

    def clean_file(self) -> Any:
        """The file, if it is no larger than a sheet can be."""
        file = self.cleaned_data["file"]
        if file.size > _LARGEST_SHEET:
            raise forms.ValidationError(
                _("The file has %(size)s MB; at most %(most)s are taken. Split it, or send it as CSV.")
                % {"size": file.size // 1024**2, "most": _LARGEST_SHEET // 1024**2}
            )
        return file


class SettleForm(forms.Form):
    """Where a thing is, said by a person."""

    place = forms.CharField(max_length=10, required=False)
    other = forms.ChoiceField(label=gettext_lazy("Another place"), required=False)

    def __init__(self, data: Any, areas: Sequence[str]) -> None:
        super().__init__(data)
        self.may_say_outside = "15" in areas
        field = self.fields["other"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("choose")), *places_to_choose(areas)]
        field.widget.attrs |= {"class": "form-select"}

    def clean(self) -> dict[str, Any]:
        """One place: a candidate's code, another place, or `outside`."""
        said: dict[str, Any] = super().clean() or {}
        said["code"] = said.get("place") or said.get("other") or ""
        if not said["code"]:
            raise forms.ValidationError(
                _("Choose one of the places, another one, or “outside the region”.")
                if self.may_say_outside
                else _("Choose one of the places, or another one of your area.")
            )
        return said


def kinds_to_choose() -> list[tuple[str, str]]:
    """Every kind of thing with its name."""
    return [(name, reader.said(pack.title)) for name, pack in queries.kinds().items()]


def places_to_choose(areas: Sequence[str]) -> list[Any]:
    """Leagues, and under each what lies in it, as far as a person's areas reach."""
    groups: dict[str, tuple[str, list[tuple[str, str]]]] = {}
    for place in queries.places():
        if len(place.code) > 2 and any(place.code.startswith(a) or a.startswith(place.code) for a in areas):
            name = reader.said(place)
            group = groups.setdefault(place.code[:4], (name, []))
            if any(place.code.startswith(area) for area in areas):
                group[1].append((place.code, _whole(place, name)))
    return [(name, places) for name, places in groups.values() if places]


def _whole(place: Place, name: str) -> str:
    return _("%(league)s, all of it") % {"league": name} if place.level == "league" else name
