"""Forms of the till."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from huanxin.foundation.ui.fields import dress


class SaleForm(forms.Form):
    """What is sold for a voucher."""

    code = forms.CharField(label=capfirst(_("code of the voucher")), max_length=60)
    product_code = forms.CharField(label=capfirst(_("product code")), max_length=40)
    serial_no = forms.CharField(label=capfirst(_("serial number")), max_length=60)
    price = forms.CharField(label=capfirst(_("price before the subsidy")), max_length=20)

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        dress(self.fields.values())
        for field in self.fields.values():
            field.widget.attrs |= {"autocomplete": "off"}
        self.fields["code"].widget.attrs |= {"autocapitalize": "characters", "autofocus": True}
        self.fields["price"].widget.attrs |= {"inputmode": "decimal"}


class ReturnForm(forms.Form):
    """Why a thing came back."""

    reason = forms.CharField(label=_("Reason"), max_length=300)

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        dress(self.fields.values())
