"""Forms of the payment page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huanxin.foundation.ui.fields import dress
from huanxin.ledger.models import Batch

if TYPE_CHECKING:
    from django.db.models import QuerySet

_LARGEST = 20 * 1024 * 1024


class ResultsForm(forms.Form):
    """The bank's file of answers."""

    file = forms.FileField(label=gettext_lazy("The bank's file (xlsx or csv)"))
    batch = forms.ModelChoiceField(
        label=gettext_lazy("Which batch it answers"),
        queryset=Batch.objects.none(),
        required=False,
        help_text=gettext_lazy("Needed where a payment was sent in more than one batch."),
    )

    def __init__(self, *args: Any, batches: QuerySet[Batch], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["batch"]
        assert isinstance(chosen, forms.ModelChoiceField)
        chosen.queryset, chosen.empty_label = batches, _("told from the file")
        dress(self.fields.values())

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > _LARGEST:
            raise forms.ValidationError(_("The file is larger than 20 MB."))
        if not file.name.lower().endswith((".xlsx", ".xls", ".csv")):
            raise forms.ValidationError(_("Choose a file that ends in .xlsx or .csv."))
        return file
