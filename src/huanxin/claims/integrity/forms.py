"""Forms of the auditor's pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huanxin.foundation.lib import reader
from huanxin.foundation.ui.fields import dress

from ..models import Programme
from .catalogue import CHECKS
from .models import Finding
from .ports import PORTS


class FindingFilters(forms.Form):
    """What is looked for; kept in the address."""

    check_id = forms.ChoiceField(label=gettext_lazy("Check"), required=False)
    judgement = forms.ChoiceField(label=gettext_lazy("Judgement"), required=False)
    subject = forms.CharField(label=gettext_lazy("Shop, recycler or officer"), required=False, max_length=60)
    number = forms.CharField(label=gettext_lazy("Number of the claim"), required=False, max_length=40)
    least = forms.IntegerField(
        label=gettext_lazy("Strength from"), required=False, min_value=0, max_value=100
    )

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        checks = [(check.id, f"{check.id} {reader.said(check.says)}") for check in CHECKS.values()]
        everything = ("", _("all"))
        self.fields["check_id"].choices = [everything, *checks]  # type: ignore[attr-defined]
        self.fields["judgement"].choices = [everything, *Finding.Judgement.choices]  # type: ignore[attr-defined]
        dress(self.fields.values())

    def asked(self) -> dict[str, Any]:
        """Filters of the list; a wrong choice asks for nothing."""
        self.is_valid()
        said = self.cleaned_data
        names = {
            "check_id": "check_id", "judgement": "judgement", "subject": "subject__icontains",
            "number": "involved__claim__number", "least": "strength__gte",
        }  # fmt: skip
        return {filter_: said[name] for name, filter_ in names.items() if said.get(name) not in (None, "")}


class JudgementForm(forms.Form):
    """What a finding comes to, and why."""

    judgement = forms.ChoiceField(
        label=gettext_lazy("Judgement"),
        widget=forms.RadioSelect,
        choices=[
            (Finding.Judgement.CONFIRMED, gettext_lazy("Confirmed")),
            (Finding.Judgement.CLEARED, gettext_lazy("Cleared")),
        ],
    )
    why = forms.CharField(
        label=gettext_lazy("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        dress(self.fields.values())


class PortForm(forms.Form):
    """A file of another office."""

    port = forms.ChoiceField(label=gettext_lazy("File"))
    file = forms.FileField(label=gettext_lazy("CSV or xlsx"))
    as_of = forms.DateField(label=gettext_lazy("As of"), widget=forms.DateInput)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        ports = [(port.id, reader.said(port.title)) for port in PORTS.values()]
        self.fields["port"].choices = ports  # type: ignore[attr-defined]
        dress(self.fields.values())


class ReplayForm(forms.Form):
    """Which payments are recomputed."""

    programme = forms.ChoiceField(label=gettext_lazy("Programme"), required=False)
    year = forms.IntegerField(label=gettext_lazy("Year"), required=False, min_value=2000, max_value=2100)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        slugs = Programme.objects.order_by("slug").values_list("slug", flat=True)
        self.fields["programme"].choices = [("", _("all")), *((s, s) for s in slugs)]  # type: ignore[attr-defined]
        dress(self.fields.values())
