"""What several tests of claims use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation

from huanxin.claims.models import Programme
from huanxin.web.made_up import clock
from tests.claims import office


@pytest.fixture
def in_english() -> Iterator[None]:
    """Sentences are read in English, whatever the catalogues hold."""
    with translation.override("en"):
        yield


@pytest.fixture
def today_is_fine() -> Iterator[None]:
    """The packs of 2026 are in force while the test runs."""
    with clock.at(clock.local(office.ON)):
        yield


@pytest.fixture
def programme(today_is_fine: None) -> Programme:
    """Cars of 2026, with money; the tests of other programmes have their own."""
    return office.programme()
