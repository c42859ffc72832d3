"""The region's own files: its places and outlines, read once."""

from __future__ import annotations

import functools
import os
from pathlib import Path

from huanxin.policy import pack_folders

from .locating import Outlines
from .naming import Gazetteer, read_places


def folder() -> Path:
    """The folder of the region's files; a later pack folder that has one wins."""
    found = [root / "regions" / "neimenggu" for root in pack_folders()]
    return next(f for f in reversed(found) if (f / "places.csv").is_file())


def outlines_path() -> Path:
    """The leagues' outlines.

    The office's approved file if HUANXIN_BOUNDARIES names one, else the one carried here.
    """
    return Path(os.environ.get("HUANXIN_BOUNDARIES") or folder() / "leagues.geojson")


@functools.cache
def gazetteer() -> Gazetteer:
    return Gazetteer.of(read_places(folder() / "places.csv"))


@functools.cache
def outlines() -> Outlines:
    return Outlines.read(outlines_path())
