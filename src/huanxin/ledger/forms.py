"""Forms of the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from huanxin.foundation.ui import places
from huanxin.foundation.ui.fields import dress

from . import queries
from .models import Batch, Budget, Line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import Q

_MOST_DIGITS = 15


class _Dressed(forms.Form):
    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        dress(self.fields.values())


def _all(choices: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    return [("", _("All")), *choices]


class BudgetFilters(forms.Form):
    """Which budgets are shown."""

    programme = forms.ChoiceField(label=_("Programme"), required=False)
    source = forms.ChoiceField(label=_("Source of the money"), required=False)

    def __init__(self, given: Any, programmes: list[str], titles: Mapping[str, str]) -> None:
        super().__init__(given)
        self.fields["programme"].choices = _all([(p, titles.get(p, p)) for p in programmes])  # type: ignore[attr-defined]
        self.fields["source"].choices = _all(list(Budget.Source.choices))  # type: ignore[attr-defined]
        dress(self.fields.values())


class BatchFilters(forms.Form):
    """Which batches are shown."""

    programme = forms.ChoiceField(label=_("Programme"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False)

    def __init__(self, given: Any, titles: Mapping[str, str]) -> None:
        super().__init__(given)
        names = queries.programmes()
        self.fields["programme"].choices = _all([(p, titles.get(p, p)) for p in names])  # type: ignore[attr-defined]
        self.fields["state"].choices = _all(list(Batch.State.choices))  # type: ignore[attr-defined]
        dress(self.fields.values())


class LineFilters(forms.Form):
    """Which payments of a batch are shown."""

    state = forms.ChoiceField(label=_("State"), required=False)

    def __init__(self, given: Any) -> None:
        super().__init__(given)
        self.fields["state"].choices = _all(list(Line.State.choices))  # type: ignore[attr-defined]
        dress(self.fields.values())


class OpenForm(forms.Form):
    """A budget to open."""

    programme = forms.ChoiceField(
        label=_("Programme"), help_text=_("Not in the list: the programme is to be opened first.")
    )
    place_code = forms.ChoiceField(label=_("Place"))
    source = forms.ChoiceField(label=_("Source of the money"), choices=Budget.Source.choices)
    n_lanes = forms.TypedChoiceField(
        label=_("How many draw on it at once"),
        coerce=int,
        choices=[(1, _("One by one, as claims come in")), (64, _("Thousands, as in a voucher round"))],
    )

    def __init__(self, given: Any, *, titles: Mapping[str, str], **more: Any) -> None:
        super().__init__(given, **more)
        self.fields["programme"].choices = list(titles.items())  # type: ignore[attr-defined]
        self.fields["place_code"].choices = places.choices()  # type: ignore[attr-defined]
        dress(self.fields.values())


class GrantForm(_Dressed):
    """Money to enter into a budget."""

    amount = forms.DecimalField(
        label=_("Amount in yuan"), min_value=0, max_digits=_MOST_DIGITS, decimal_places=2, localize=False
    )
    document = forms.CharField(
        label=_("Number of the document"),
        max_length=80,
        help_text=_("The document that grants it. The same number again is not entered twice."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=300)


class ReasonForm(_Dressed):
    """A deed that is kept with its reason."""

    reason = forms.CharField(label=_("Reason"), max_length=200)


class RetryForm(_Dressed):
    """A payment that is tried again, with another account if the old one was wrong."""

    account = forms.CharField(label=_("Corrected bank account"), max_length=50, required=False)
    bank = forms.CharField(label=_("Corrected bank"), max_length=100, required=False)


class AnswersForm(forms.Form):
    """A file of the bank."""

    file = forms.FileField(label=_("The bank's result file (.xlsx or .csv)"))
    batch = forms.ModelChoiceField(
        Batch.objects.none(),
        label=_("Which batch it answers"),
        required=False,
        to_field_name="number",
        empty_label=_("As the file says"),
    )

    def __init__(self, *given: Any, where: Q, **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["batch"].queryset = queries.answerable(where)  # type: ignore[attr-defined]
        dress(self.fields.values())
