"""Forms of voucher rounds."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from huanxin.foundation.ui.fields import dress

if TYPE_CHECKING:
    from collections.abc import Iterable

    from huanxin.claims.models import Programme

# When rounds open unless the office says otherwise: before shops do.
_OPENS, _CLOSES = dt.time(8, 30), dt.time(22, 0)


class RoundForm(forms.Form):
    """A round to be opened: whose, which day, from when to when, how many."""

    programme = forms.ChoiceField(label=_("Programme"))
    on = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    opens = forms.TimeField(
        label=capfirst(_("opens at")),
        initial=_OPENS,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    closes = forms.TimeField(
        label=capfirst(_("closes at")),
        initial=_CLOSES,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    most = forms.IntegerField(
        label=capfirst(_("most vouchers")),
        required=False,
        min_value=1,
        help_text=_("Empty: as many as the money lasts."),
    )

    def __init__(self, programmes: Iterable[Programme], data: Any = None) -> None:
        super().__init__(data)
        chooser = self.fields["programme"]
        assert isinstance(chooser, forms.ChoiceField)
        chooser.choices = [(p.slug, p.slug) for p in programmes]
        self.fields["on"].initial = timezone.localdate() + dt.timedelta(days=1)
        dress(self.fields.values())

    def times(self) -> dict[str, dt.datetime]:
        """Opening and closing as instants of that day."""
        on = self.cleaned_data["on"]
        return {
            "opens_at": timezone.make_aware(dt.datetime.combine(on, self.cleaned_data["opens"])),
            "closes_at": timezone.make_aware(dt.datetime.combine(on, self.cleaned_data["closes"])),
        }
