"""Forms of the register, of products and of filed prices."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from huanxin.foundation.lib import reader
from huanxin.foundation.ui.fields import dress
from huanxin.registry import queries as registry

from .models import Merchant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from django.core.files.uploadedfile import UploadedFile

# Bytes; a price list of a hundred thousand lines is smaller.
_LARGEST_SHEET = 20 * 1024 * 1024


class SheetForm(forms.Form):
    """A sheet to be brought in."""

    file = forms.FileField(label=_("Sheet (.xlsx or .csv)"))

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        dress(self.fields.values())

    def clean_file(self) -> UploadedFile[bytes]:
        """At most 20 MB."""
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > _LARGEST_SHEET:
            raise forms.ValidationError(_("The sheet is larger than 20 MB: send it in parts."))
        return file

    def on_disk(self) -> AbstractContextManager[Path]:
        """The sheet as a file, for as long as it is read."""
        return _kept(self.cleaned_data["file"])


class PriceForm(forms.Form):
    """One price to be filed."""

    code = forms.CharField(label=capfirst(_("product code")), max_length=40)
    price = forms.CharField(
        label=capfirst(_("filed price")),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        dress(self.fields.values())


class DecisionForm(forms.Form):
    """What is decided on a shop, and why."""

    state = forms.ChoiceField(label=capfirst(_("state")), choices=Merchant.State.choices)
    reason = forms.CharField(label=_("Reason"), max_length=300)

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        dress(self.fields.values())


class RegisterFilters(forms.Form):
    """What of the register is shown."""

    q = forms.CharField(label=_("Name or number"), required=False, max_length=100)
    state = forms.ChoiceField(
        label=capfirst(_("state")), required=False, choices=[("", _("All")), *Merchant.State.choices]
    )

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        dress(self.fields.values())


class PlaceFilter(forms.Form):
    """Whose shops are looked for: those of a league, or of a banner."""

    place = forms.ChoiceField(label=_("Place"), required=False)

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        places = [(p.code, reader.said(p)) for p in registry.places() if len(p.code) > 2]
        chosen = [(c, f"　{name}" if len(c) > 4 else name) for c, name in places]
        self.fields["place"].choices = [("", _("All")), *chosen]  # type: ignore[attr-defined]
        dress(self.fields.values())


def _kept(file: UploadedFile[bytes]) -> AbstractContextManager[Path]:
    from contextlib import contextmanager

    @contextmanager
    def kept() -> Iterator[Path]:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"sheet{Path(file.name or '').suffix.lower()[:5]}"
            with path.open("wb") as out:
                for part in file.chunks():
                    out.write(part)
            yield path

    return kept()
