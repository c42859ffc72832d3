"""Forms of the rulebook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from huanxin import policy
from huanxin.foundation.lib import reader
from huanxin.foundation.ui import factform
from huanxin.foundation.ui.fields import dress

from .document import SECTORS, facts_asked
from .shelf import STATES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from huanxin.policy import Decision, Pack

    from .shelf import Entry

KINDS = {
    "benefit": _("Benefit"),
    "limit": _("Limit"),
    "duty": _("Duty"),
    "integrity": _("Integrity"),
    "asset": _("Kind of thing"),
}


def _choices(words: dict[str, Any]) -> list[tuple[str, Any]]:
    return [("", _("All")), *words.items()]


class ShelfForm(forms.Form):
    """What of the shelf is shown."""

    q = forms.CharField(label=_("Words in id, title or document"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False, choices=lambda: _choices(STATES))
    kind = forms.ChoiceField(label=_("Kind of pack"), required=False, choices=lambda: _choices(KINDS))
    sector = forms.ChoiceField(label=_("Sector"), required=False, choices=lambda: _choices(SECTORS))

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        dress(self.fields.values())

    def chosen(self, entries: Iterable[Entry]) -> list[Entry]:
        """The entries that the filters let through; a filter that means nothing lets all through."""
        self.is_valid()
        wanted = self.cleaned_data
        words = wanted.get("q", "").casefold().split()
        found = []
        for entry in entries:
            kind = entry.pack.kind if entry.pack else ""
            hay = f"{entry.id} {entry.title_and_document}".casefold()
            if (
                wanted.get("state") in ("", None, entry.state)
                and wanted.get("kind") in ("", None, kind)
                and wanted.get("sector") in ("", None, entry.sector)
                and all(word in hay for word in words)
            ):
                found.append(entry)
        return found


class WithdrawForm(forms.Form):
    """Why a release is taken back."""

    reason = forms.CharField(label=_("Reason"), max_length=1000)


class TryForm(forms.Form):
    """A pack's own questions, and the two days of the decision. Every fact may be left open."""

    on = forms.DateField(label=_("Day of the decision"), widget=forms.DateInput(attrs={"type": "date"}))
    known_on = forms.DateField(
        label=_("With the figures known on"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, pack: Pack, given: Any = None) -> None:
        super().__init__(given if given and "on" in given else None)
        self.pack = pack
        self.fields["on"].initial = timezone.localdate()
        self.asked = facts_asked(pack)
        self.fields |= factform.fields(pack.facts[name] for name in self.asked)
        dress(self.fields.values())

    @property
    def questions(self) -> list[forms.BoundField]:
        return [self[f"f-{name}"] for name in self.asked]

    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data.get(f"f-{name}") or None for name in self.asked}

    def decision(self) -> Decision | None:
        """The decision, or nothing where an answer cannot be read; what is wrong then stands at its field."""
        wanted = self.cleaned_data
        try:
            facts = policy.read_facts(self.pack, self.facts(), wanted["on"])
            return policy.decide(self.pack, facts, wanted["on"], wanted.get("known_on"))
        except policy.BadFacts as bad:
            for name, error in bad.errors.items():
                self.add_error(f"f-{name}", reader.said(error))
            return None
