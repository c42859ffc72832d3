"""The leagues drawn as SVG: simplified once, neighbours together, so that no gap opens between them."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import shapely
from shapely.geometry import shape

if TYPE_CHECKING:
    from collections.abc import Mapping

_WIDTH = 1000.0
# Four steps of colour and “none”: more cannot be told apart.
_STEPS = 4
# Square degrees: about as much as leaves the bends of the border visible at 1,000 pixels.
_TOLERANCE = 0.05


@dataclass(frozen=True)
class League:
    """A league's outline in the drawing's own units, and the point where its name stands."""

    code: str
    name: str
    path: str
    x: float
    y: float


@dataclass(frozen=True)
class Drawing:
    """All leagues and the box they fill."""

    box: str
    leagues: tuple[League, ...]


@dataclass(frozen=True)
class Shape:
    """A league as it is coloured: `step` 0 for none, 1 to 4 for more."""

    address: str
    name: str
    short: str
    n: int
    step: int
    path: str
    x: float
    y: float


@dataclass(frozen=True)
class Step:
    """What a colour stands for: from `low` to `high`, both included."""

    step: int
    low: int
    high: int


@dataclass(frozen=True)
class Map:
    """What the template draws, and the key to its colours; `has_none` if a league is hatched."""

    box: str
    shapes: tuple[Shape, ...]
    key: tuple[Step, ...]
    has_none: bool


def coloured(
    outlines: Path | str | None,
    amounts: Mapping[str, tuple[str, float]],
    link: str,
    part: str = "",
    names: Mapping[str, str] | None = None,
) -> Map | None:
    """The leagues coloured by amount; `amounts` maps four digits of a code to a name and an amount.

    `link` is put before the code and `part` behind it; `names` are those of leagues without an amount.
    `None` where the file of outlines is not there: the table has it all.
    """
    if not outlines or not Path(outlines).is_file():
        return None
    drawing = drawn(Path(outlines), Path(outlines).stat().st_mtime_ns)
    most = max((n for code, (_name, n) in amounts.items() if code), default=0)
    shapes = []
    for league in drawing.leagues:
        name, n = amounts.get(league.code, ((names or {}).get(league.code, league.name), 0))
        short = name.removesuffix("市").removesuffix("盟")
        step = math.ceil(_STEPS * n / most) if n else 0
        shapes.append(
            Shape(f"{link}{league.code}{part}", name, short, int(n), step, league.path, league.x, league.y)
        )
    has_none = any(shape.step == 0 for shape in shapes)
    return Map(drawing.box, tuple(shapes), _key(most), has_none)


def _key(most: float) -> tuple[Step, ...]:
    edges = [math.floor(most * step / _STEPS) for step in range(_STEPS + 1)]
    steps = (Step(n, edges[n - 1] + 1, edges[n]) for n in range(1, _STEPS + 1))
    # With few things some steps hold no whole number: their colours do not occur.
    return tuple(step for step in steps if step.low <= step.high)


@lru_cache(maxsize=4)
def drawn(outlines: Path, _changed: int) -> Drawing:
    """The outlines simplified and projected, kept while the file stays as it is. Takes about 0.1 s once."""
    features = json.loads(outlines.read_text(encoding="utf-8"))["features"]
    simple = shapely.coverage_simplify([shape(f["geometry"]) for f in features], _TOLERANCE)
    west, south, east, north = shapely.total_bounds(simple)
    # Degrees of longitude are shorter than those of latitude by the cosine of the middle.
    narrow = math.cos(math.radians((south + north) / 2))
    scale = _WIDTH / ((east - west) * narrow)

    def at(x: float, y: float) -> tuple[float, float]:
        return (x - west) * narrow * scale, (north - y) * scale

    leagues = []
    for feature, outline in zip(features, simple, strict=True):
        biggest = max(getattr(outline, "geoms", [outline]), key=lambda part: part.area)
        middle = at(*shapely.point_on_surface(biggest).coords[0])
        known = feature["properties"]
        leagues.append(League(str(known["adcode"])[:4], known["name"], _path(outline, at), *middle))
    return Drawing(f"0 0 {_WIDTH:.0f} {(north - south) * scale:.0f}", tuple(leagues))


def _path(outline: shapely.Geometry, at: object) -> str:
    rings = []
    for part in getattr(outline, "geoms", [outline]):
        for ring in (part.exterior, *part.interiors):
            points = (at(x, y) for x, y in ring.coords[:-1])  # type: ignore[operator]
            rings.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "Z")
    return "".join(rings)
