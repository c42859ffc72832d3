"""In which league a pair of coordinates lies; no database here."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely.geometry import Point, shape

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

# The outlines are kept to 1/1024 of a degree and plants stand on borders: within some 2 km either side will
# do.
NEAR_BORDER_DEGREES = 0.02


@dataclass(frozen=True)
class Outlines:
    """The leagues' outlines, prepared: a point is found by an index over a border, not along all of it."""

    codes: tuple[str, ...]
    shapes: NDArray[np.object_]

    @classmethod
    def read(cls, path: Path) -> Outlines:
        """Outlines from a GeoJSON whose features have the league's code as `adcode`."""
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        codes = tuple(str(f["properties"]["adcode"])[:4] for f in features)
        shapes = np.array([shape(f["geometry"]) for f in features], dtype=object)
        shapely.prepare(shapes)
        return cls(codes, shapes)

    def league(self, latitude: float, longitude: float) -> str | None:
        """The code of the league that holds the point (WGS 84 degrees), or `None` outside all of them."""
        hits = shapely.intersects_xy(self.shapes, longitude, latitude)
        return self.codes[int(hits.argmax())] if hits.any() else None

    def is_near(self, code: str, latitude: float, longitude: float) -> bool:
        """Whether the point lies in that league or within some 2 km of it."""
        at = self.codes.index(code)
        return bool(self.shapes[at].distance(Point(longitude, latitude)) <= NEAR_BORDER_DEGREES)
