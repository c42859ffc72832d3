"""What places are called, for rooms that know only their codes.

The room that keeps the places is named in settings.PLACES; this floor does not know it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from huanxin.foundation.lib import reader

if TYPE_CHECKING:
    from collections.abc import Sequence


class _Place(Protocol):
    code: str
    level: str

    def say(self, language: str) -> str: ...


def names() -> dict[str, str]:
    """The name of each place by its code, in the reader's language. One query."""
    return {place.code: reader.said(place) for place in _places()}


def choices() -> list[tuple[str, str]]:
    """Places for a drop-down: the region, its leagues, their banners set in. One query."""
    return [(place.code, "　" * (len(place.code) // 2 - 1) + reader.said(place)) for place in _places()]


def _places() -> Sequence[_Place]:
    found: Sequence[_Place] = import_string(settings.PLACES)()
    return found
