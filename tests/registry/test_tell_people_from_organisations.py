"""Whose number it is: a person's or an organisation's."""

from __future__ import annotations

import pytest

from huanxin.registry import services

pytestmark = pytest.mark.django_db


def test_a_persons_number_that_fits_the_other_check_too_is_still_a_persons() -> None:
    # Valid as a resident number, and by chance as a unified social credit code: one number in 31 is.
    party = services.enter_party("试验人", "152502198005020053", sample=True)
    assert (party.kind, party.born_on.isoformat()) == ("person", "1980-05-02")


def test_a_credit_code_is_an_organisations() -> None:
    party = services.enter_party("试验公司", "91152502123456789Q", kind="organisation", sample=True)
    assert (party.kind, party.born_on) == ("organisation", None)
