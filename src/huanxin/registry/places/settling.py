"""The place of a thing from whatever its row says: a code, names, coordinates.

Unsure is said, never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from .naming import Gazetteer, Named

if TYPE_CHECKING:
    from .locating import Outlines

Why = Literal[
    "",
    "outside",
    "name-unknown",
    "name-ambiguous",
    "names-disagree",
    "coordinates-disagree",
    "bad-coordinates",
    "coordinates-approximate",
]


@dataclass(frozen=True)
class Said:
    """What a row says of its place."""

    place: str = ""
    league: str = ""
    banner: str = ""
    latitude: str = ""
    longitude: str = ""
    is_approximate: bool = False

    def is_empty(self) -> bool:
        return not (self.place or self.league or self.banner or self.latitude or self.longitude)


@dataclass(frozen=True)
class Settled:
    """Either a place, or the reason why there is none and the candidates a person may choose from."""

    code: str | None = None
    why: Why = ""
    candidates: tuple[str, ...] = ()
    is_outside: bool = False

    def doubt(self, said: Said) -> dict[str, object] | None:
        """What is kept beside a thing until a person settles its place."""
        if not self.why:
            return None
        words = {k: v for k, v in vars(said).items() if v}
        return {"why": self.why, "candidates": list(self.candidates), "said": words}


def settle(said: Said, gazetteer: Gazetteer, outlines: Outlines) -> Settled:
    """Settle on a place only where names and coordinates leave no doubt."""
    named, names = _from_names(said, gazetteer)
    if not said.latitude and not said.longitude:
        return named
    point = _point(said)
    if point is None:
        return Settled(None, "bad-coordinates", _candidates(named, None))
    located = outlines.league(*point)
    if located is None and named.code and _is_near(named.code, point, outlines):
        return named
    if located is None:
        return Settled(None, "outside", _candidates(named, None), is_outside=True)
    if named.why in ("names-disagree", "name-ambiguous") or (named.why and not names.like):
        return Settled(None, named.why, _candidates(named, located))
    if named.why:
        # A misspelt name that looks like the league where the point lies: the coordinates say which.
        leagues = {code[:4] for code in names.like}
        return (
            Settled(located) if located in leagues else Settled(None, named.why, _candidates(named, located))
        )
    if named.code is None or len(named.code) == 2:
        # A tracker that knows only the region gives the region's middle, marked approximate: no league
        # follows.
        if said.is_approximate:
            return Settled(None, "coordinates-approximate", _candidates(Settled(), located))
        return Settled(located)
    if named.code[:4] == located or _is_near(named.code, point, outlines):
        return named
    return Settled(None, "coordinates-disagree", _candidates(named, located))


def _is_near(code: str, point: tuple[float, float], outlines: Outlines) -> bool:
    return code[:4] in outlines.codes and outlines.is_near(code[:4], *point)


def _candidates(named: Settled, located: str | None) -> tuple[str, ...]:
    found = [*([named.code] if named.code else named.candidates), *([located] if located else [])]
    return tuple(dict.fromkeys(found))


def _point(said: Said) -> tuple[float, float] | None:
    try:
        latitude, longitude = float(said.latitude), float(said.longitude)
    except ValueError:
        return None
    is_on_earth = -90 <= latitude <= 90 and -180 <= longitude <= 180 and (latitude, longitude) != (0, 0)
    return (latitude, longitude) if is_on_earth else None


def _from_names(said: Said, gazetteer: Gazetteer) -> tuple[Settled, Named]:
    """What the names alone come to, from the wide one to the narrow one."""
    whole = gazetteer.named(said.place) if said.place else gazetteer.named(said.league)
    wide = said.place or said.league
    if not wide and not said.banner:
        return Settled(), Named()
    within = whole.codes[0] if len(whole.codes) == 1 else ""
    narrow = gazetteer.named(said.banner, within) if said.banner else Named()
    banners = [c for c in narrow.codes if len(c) == 6]
    if len(banners) == 1 and (
        within or not wide or banners[0][:4] in {c[:4] for c in (*whole.codes, *whole.like)}
    ):
        return Settled(banners[0]), narrow
    if within and said.banner and _is_elsewhere(said.banner, within, gazetteer):
        elsewhere = gazetteer.named(said.banner).codes
        return Settled(None, "names-disagree", (within, *elsewhere)), narrow
    if within:
        return Settled(within), whole
    if whole.codes or len(banners) > 1:
        return Settled(None, "name-ambiguous", tuple(dict.fromkeys((*whole.codes, *banners)))), whole
    return Settled(None, "name-unknown", tuple(dict.fromkeys((*whole.like, *narrow.like, *banners)))), whole


def _is_elsewhere(banner: str, within: str, gazetteer: Gazetteer) -> bool:
    found = gazetteer.named(banner).codes
    return bool(found) and not any(c.startswith(within[:4]) or within.startswith(c) for c in found)
