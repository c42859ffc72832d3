"""What is wrong with a place, and what a sheet may say of one, in words for people."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

_WHY = {
    "outside": gettext_lazy("The coordinates lie outside the region."),
    "name-unknown": gettext_lazy("No place of the region has this name."),
    "name-ambiguous": gettext_lazy("More than one place fits this name."),
    "names-disagree": gettext_lazy("The names given do not lie in each other."),
    "coordinates-disagree": gettext_lazy("The coordinates lie elsewhere than the name says."),
    "bad-coordinates": gettext_lazy("The coordinates cannot be read."),
    "coordinates-approximate": gettext_lazy("The coordinates are only approximate, and no league is named."),
}
SAID = {
    "place": gettext_lazy("place"),
    "league": gettext_lazy("league or city"),
    "banner": gettext_lazy("banner, county or district"),
    "latitude": gettext_lazy("latitude"),
    "longitude": gettext_lazy("longitude"),
}


def why(reason: str) -> str:
    """Why a place is in doubt, as a sentence."""
    return str(_WHY.get(reason, reason))
