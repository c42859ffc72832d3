"""What several tests of claims use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation


@pytest.fixture
def in_english() -> Iterator[None]:
    """Sentences are read in English, whatever the catalogues hold."""
    with translation.override("en"):
        yield
