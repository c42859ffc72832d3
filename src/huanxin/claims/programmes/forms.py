"""Forms of programmes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from huanxin.foundation.lib import reader
from huanxin.foundation.ui import places
from huanxin.foundation.ui.fields import dress
from huanxin.rulebook import queries as rulebook

from ..models import Desk
from .models import Programme

DESKS = [(desk.value, desk.label) for desk in (Desk.BANNER, Desk.LEAGUE, Desk.REGION)]
_A_DAY = {"type": "date"}


def packs() -> list[tuple[str, str]]:
    """Released benefit packs, by id with their titles. One query."""
    found = rulebook.newest_of_each()
    return [
        (pack_id, f"{reader.said(release.title)} ({pack_id})")
        for pack_id, release in sorted(found.items())
        if release.kind == "benefit"
    ]


class NewProgrammeForm(forms.Form):
    """A programme: which pack, where, from when, over which desks, by which clock."""

    pack_id = forms.ChoiceField(label=_("Policy pack"))
    slug = forms.SlugField(
        label=_("Short name"),
        max_length=40,
        error_messages={"invalid": _("The short name has 3 to 40 characters: a to z, 0 to 9 and -.")},
        help_text=_("a to z, 0 to 9 and -; it begins every claim's number."),
    )
    place_code = forms.ChoiceField(label=_("Place"))
    from_on = forms.DateField(label=_("Open from"), widget=forms.DateInput(attrs=_A_DAY))
    to_on = forms.DateField(label=_("Open until"), required=False, widget=forms.DateInput(attrs=_A_DAY))
    settles = forms.ChoiceField(label=_("How it is settled"), choices=Programme.Settles.choices)
    chain = forms.MultipleChoiceField(
        label=_("Desks in order"), choices=DESKS, required=False, widget=forms.CheckboxSelectMultiple
    )
    accept_days = forms.IntegerField(label=_("Working days to accept"), min_value=0, max_value=250)
    review_days = forms.IntegerField(label=_("Working days to review"), min_value=0, max_value=250)
    pay_days = forms.IntegerField(label=_("Working days to pay"), min_value=0, max_value=250)
    notice_days = forms.IntegerField(label=_("Working days of public notice"), min_value=0, max_value=250)
    sampled_percent = forms.IntegerField(label=_("Percent sampled by the region"), min_value=0, max_value=100)
    papers_first = forms.BooleanField(label=_("A claim is sent with all its papers only"), required=False)

    def __init__(self, given: Any = None) -> None:
        usual = {f: Programme._meta.get_field(f).default for f in _NUMBERS}  # type: ignore[union-attr]
        usual |= {"from_on": timezone.localdate(), "chain": [d for d, _label in DESKS], "papers_first": True}
        super().__init__(given, initial=usual)
        self.fields["pack_id"].choices = packs()  # type: ignore[attr-defined]
        self.fields["place_code"].choices = [  # type: ignore[attr-defined]
            (code, name) for code, name in places.choices() if len(code) < 6
        ]
        dress(self.fields.values())


_NUMBERS = ("accept_days", "review_days", "pay_days", "notice_days", "sampled_percent")


class QuotaForm(forms.Form):
    """How much one place may grant in one week, or in all; both left empty, the quota is taken away."""

    place_code = forms.ChoiceField(label=_("Place"))
    week_of = forms.DateField(
        label=_("Week of (empty: in all)"), required=False, widget=forms.DateInput(attrs=_A_DAY)
    )
    most_claims = forms.IntegerField(label=_("Most claims"), required=False, min_value=0)
    most = forms.DecimalField(
        label=_("Most money, in yuan"), required=False, min_value=0, max_digits=18, decimal_places=2,
        error_messages={"invalid": _("Write the amount in digits, in yuan: 50000 for 50,000 yuan.")},
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )  # fmt: skip

    def __init__(self, given: Any = None, *, within: str) -> None:
        super().__init__(given)
        self.fields["place_code"].choices = [  # type: ignore[attr-defined]
            (code, name) for code, name in places.choices() if code.startswith(within)
        ]
        dress(self.fields.values())


class DeedForm(forms.Form):
    """Why a programme is paused."""

    reason = forms.CharField(label=_("Reason, shown to everybody"), max_length=300, required=False)

    def __init__(self, given: Any = None) -> None:
        super().__init__(given)
        dress(self.fields.values())


class TopUpForm(forms.Form):
    """With the figures known on which day."""

    known_on = forms.DateField(label=_("With the figures known on"), widget=forms.DateInput(attrs=_A_DAY))

    def __init__(self, given: Any = None) -> None:
        super().__init__(given, initial={"known_on": timezone.localdate()})
        dress(self.fields.values())
