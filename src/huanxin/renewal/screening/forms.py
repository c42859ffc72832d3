"""Forms of screening."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from huanxin.foundation.lib import reader
from huanxin.foundation.ui.fields import dress
from huanxin.registry import queries as registry

from . import queries
from .showing import verdict_words


class NewScreening(forms.Form):
    """What is to be screened, where, by which packs and for which day."""

    kinds = forms.MultipleChoiceField(label=_("Kinds of things"), widget=forms.CheckboxSelectMultiple)
    place = forms.ChoiceField(label=_("Place"), required=False)
    packs = forms.MultipleChoiceField(
        label=_("Only by these packs (none ticked: by all)"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    on = forms.DateField(label=_("Day of the verdict"), widget=forms.DateInput(attrs={"type": "date"}))
    known_on = forms.DateField(
        label=_("With the figures known on"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, given: Any = None, **more: Any) -> None:
        super().__init__(given, **more)
        self.fields["on"].initial = timezone.localdate()
        found = queries.screenable(timezone.localdate())
        kinds = registry.kinds()
        self.fields["kinds"].choices = [(k, reader.said(kinds[k].title)) for k in found]  # type: ignore[attr-defined]
        packs = {pack.id: reader.said(pack.title) for packs in found.values() for pack in packs}
        self.fields["packs"].choices = sorted(packs.items())  # type: ignore[attr-defined]
        self.fields["place"].choices = [("", _("The whole region")), *places()]  # type: ignore[attr-defined]
        dress(self.fields.values())


def places() -> list[tuple[str, str]]:
    """Leagues with their banners, for a drop-down."""
    return [
        (place.code, ("　" if place.level != "league" else "") + reader.said(place))
        for place in registry.places()
        if place.level != "province"
    ]


class ListFilters(forms.Form):
    """What of a run's list is shown."""

    kind = forms.ChoiceField(label=_("Kind of thing"), required=False)
    verdict = forms.ChoiceField(label=_("Verdict"), required=False)
    place = forms.ChoiceField(label=_("Place"), required=False)
    check = forms.ChoiceField(label=_("Check"), required=False)
    answer = forms.ChoiceField(
        label=_("Answer"),
        required=False,
        choices=[("no", _("no")), ("yes", _("yes")), ("unknown", _("cannot tell"))],
    )
    missing = forms.ChoiceField(label=_("Missing fact"), required=False)
    order = forms.ChoiceField(
        label=_("Order"),
        required=False,
        choices=[("asset", _("as entered")), ("oldest", _("oldest first")), ("largest", _("largest first"))],
    )

    def __init__(self, given: Any, lists: dict[str, list[tuple[str, str]]]) -> None:
        super().__init__(given)
        words = [(v, w) for v, w in verdict_words().items() if v in queries.VERDICTS]
        everything = [("", _("All"))]
        choices: dict[str, list[Any]] = {
            **lists,
            "verdict": words,
            "place": [*places(), ("unknown", _("Place unknown"))],
        }
        for name, found in choices.items():
            self.fields[name].choices = [*everything, *found]  # type: ignore[attr-defined]
        dress(self.fields.values())

    def filters(self, areas: tuple[str, ...] = ()) -> queries.Filters:
        """The filters, within `areas`; a choice that this run does not have is left out."""
        self.is_valid()
        wanted = {name: value for name, value in self.cleaned_data.items() if value}
        return queries.Filters(**wanted, areas=areas)
