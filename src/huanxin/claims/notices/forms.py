"""Forms of the public notice."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from huanxin.foundation.ui.fields import dress

from ..models import Objection


class ObjectionForm(forms.Form):
    """What anybody says against a claim in public notice."""

    text = forms.CharField(
        label=gettext_lazy("What speaks against this claim"),
        min_length=10,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("What is wrong, how you know, and where it can be seen. At least ten signs."),
    )
    contact = forms.CharField(
        label=gettext_lazy("How you can be reached"),
        max_length=100,
        required=False,
        help_text=gettext_lazy(
            "A telephone or mail address. Kept encrypted; only whoever answers you sees it."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self.fields.values())


class AnswerForm(forms.Form):
    """The answer to an objection."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("Outcome"),
        choices=[
            (Objection.Outcome.REJECTED, gettext_lazy("It does not hold: the claim goes on")),
            (Objection.Outcome.UPHELD, gettext_lazy("It holds: the claim is refused")),
        ],
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(
        label=gettext_lazy("Answer and reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 5})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self.fields.values())
