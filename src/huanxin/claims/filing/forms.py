"""Forms of the applicant: one question each, the real name, the place, a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huanxin import policy
from huanxin.foundation.lib import reader
from huanxin.foundation.ui import factform
from huanxin.foundation.ui.fields import dress
from huanxin.registry import queries as registry

from ..programmes import queries as programmes

if TYPE_CHECKING:
    from huanxin.policy import Decision, Fact, Pack

    from ..models import Programme
    from .questions import Question

_FEW = 9


def banners(within: str = "15") -> list[tuple[str, list[tuple[str, str]]]]:
    """Banners, counties and districts under their leagues, for a drop-down. One query."""
    leagues: dict[str, tuple[str, list[tuple[str, str]]]] = {}
    for place in registry.places():
        name = reader.said(place)
        if len(place.code) == 4:
            leagues[place.code] = (name, [])
        elif len(place.code) == 6 and place.code.startswith(within) and place.code[:4] in leagues:
            leagues[place.code[:4]][1].append((place.code, name))
    return [league for league in leagues.values() if league[1]]


class PlaceForm(forms.Form):
    """Where somebody applies."""

    place = forms.ChoiceField(label=gettext_lazy("Banner, county or district"))

    def __init__(self, given: Any = None, *, within: str = "15", **more: Any) -> None:
        super().__init__(given, **more)
        self.fields["place"].choices = [("", _("Choose a place")), *banners(within)]  # type: ignore[attr-defined]
        dress(self.fields.values())


class RegisterForm(PlaceForm):
    """The real name of whoever applies."""

    name = forms.CharField(
        label=gettext_lazy("Name, as on the identity card"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    number = forms.CharField(
        label=gettext_lazy("Resident number"),
        max_length=30,
        help_text=gettext_lazy("18 characters, on the back of the identity card. It is kept encrypted."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    field_order = ("name", "number", "place")


class PartyForm(RegisterForm):
    """For whom a clerk enters a claim: a person or an organisation."""

    number = forms.CharField(
        label=gettext_lazy("Resident number, or the organisation's unified social credit code"),
        max_length=30,
        help_text=gettext_lazy("18 characters. It is kept encrypted."),
    )


class QuestionForm(forms.Form):
    """One question of a claim; the account is asked with its bank, a paper is a file."""

    def __init__(self, pack: Pack, asked: Question, given: Any = None, files: Any = None) -> None:
        super().__init__(given, files)
        self.asked = asked
        self.fields |= _fields(pack, asked)
        dress(self.fields.values())

    def answers(self) -> dict[str, str]:
        """What was answered, by name."""
        return {name: str(value or "") for name, value in self.cleaned_data.items()}

    def show(self, errors: dict[str, str]) -> None:
        """Put what is wrong beside its field."""
        for name, sentence in errors.items():
            self.add_error(name if name in self.fields else None, sentence)


def _fields(pack: Pack, asked: Question) -> dict[str, forms.Field]:
    if asked.sort == "fact":
        return {asked.name: _fact_field(pack.facts[asked.name])}
    if asked.sort == "paper":
        looks = {"accept": "image/*,application/pdf"}
        return {"file": forms.FileField(label=_("Photograph or PDF"), widget=forms.FileInput(attrs=looks))}
    if asked.name == "account":
        digits = {"inputmode": "numeric", "autocomplete": "off"}
        return {
            "account": forms.CharField(
                label=_("Number on the bank card"), max_length=40, widget=forms.TextInput(attrs=digits)
            ),
            "bank": forms.CharField(label=_("Bank and branch"), max_length=100),
        }
    if asked.name == "phone":
        looks = {"type": "tel", "inputmode": "tel", "autocomplete": "tel"}
        return {
            "phone": forms.CharField(
                label=_("Telephone number"), max_length=20, widget=forms.TextInput(attrs=looks)
            )
        }
    looks = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
    return {asked.name: forms.CharField(label=asked.ask, max_length=120, widget=forms.TextInput(attrs=looks))}


def _fact_field(fact: Fact) -> forms.Field:
    """A fact as it is asked of a person: few answers to choose from stand open on the page."""
    if fact.type == "boolean":
        choices = [("true", _("Yes")), ("false", _("No"))]
        return forms.ChoiceField(label=reader.said(fact.ask), choices=choices, widget=forms.RadioSelect)
    if fact.type == "choice" and len(fact.of) <= _FEW:
        choices = [(code, reader.said(text)) for code, text in fact.of.items()]
        return forms.ChoiceField(label=reader.said(fact.ask), choices=choices, widget=forms.RadioSelect)
    field = factform.field(fact)
    field.required, field.help_text = True, ""
    return field


class CalculatorForm(forms.Form):
    """A pack's questions, all of which may stay open: what would be granted, without anything being kept."""

    def __init__(self, programme: Programme, pack: Pack, given: Any = None) -> None:
        super().__init__(given or None)
        self.programme, self.pack = programme, pack
        self.fields |= factform.fields(pack.facts.values())

    def decision(self) -> Decision | None:
        """The decision on what was answered; nothing where an answer cannot be read, or none was given."""
        if not self.is_bound or not self.is_valid():
            return None
        facts = {name: self.cleaned_data.get(f"f-{name}") or None for name in self.pack.facts}
        try:
            return programmes.preview(self.programme, facts)
        except policy.BadFacts as bad:
            for name, error in bad.errors.items():
                self.add_error(f"f-{name}", reader.said(error))
            return None


class DeedForm(forms.Form):
    """Why a claim is withdrawn or appealed."""

    reason = forms.CharField(
        label=gettext_lazy("Your reasons"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, given: Any = None) -> None:
        super().__init__(given)
        dress(self.fields.values())


class AccountForm(forms.Form):
    """Another bank account, where the first could not be paid to."""

    account = forms.CharField(
        label=gettext_lazy("Number on the bank card"),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    bank = forms.CharField(label=gettext_lazy("Bank and branch"), max_length=100)

    def __init__(self, given: Any = None) -> None:
        super().__init__(given)
        dress(self.fields.values())
