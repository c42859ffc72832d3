"""Forms as people see them."""

from __future__ import annotations

import re

from django import forms
from django.template.loader import render_to_string

from huanxin.foundation.ui.fields import dress


class Judgement(forms.Form):
    outcome = forms.ChoiceField(widget=forms.RadioSelect, choices=[("yes", "Confirmed"), ("no", "Cleared")])
    parts = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple, choices=[("a", "Papers"), ("b", "Facts")]
    )


def test_a_group_of_choices_stands_one_below_the_other_each_with_its_word() -> None:
    form = Judgement({})
    dress(form.fields.values())

    said = "".join(render_to_string("ui/parts/field.html", {"field": field}) for field in form)

    assert not re.search(r'<div[^>]*class="form-check-input"', said)
    assert len(re.findall(r'<label class="form-check"><input [^>]*><span>', said)) == 4
    assert said.count("<legend") == 2
    assert said.count('class="text-danger"') == 2
    described = re.search(r'aria-describedby="([^"]+)"', said)
    assert described is None or f'id="{described[1]}"' in said
