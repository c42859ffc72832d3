"""Where figures were read: the codes that packs write, such as S42, and what stands behind each."""

from __future__ import annotations

import csv
import functools
import re
from typing import TYPE_CHECKING

from .reading import pack_folders

if TYPE_CHECKING:
    from pathlib import Path

    from .pack import Pack

_CODE = re.compile(r"\bS\d+[a-z]?\b")


def codes_in(pack: Pack) -> list[str]:
    """Every code of a source that a pack names, in order of first mention."""
    return list(dict.fromkeys(_CODE.findall(pack.canonical().decode())))


def sources(pack: Pack) -> dict[str, str]:
    """What stands behind the codes of a pack, from `sources.csv` beside ours and an office's own packs.

    A code that no file explains is left out. Most are news copies of a notice, not its official page.
    """
    known: dict[str, str] = {}
    for folder in pack_folders():
        path = folder / "sources.csv"
        if path.is_file():
            known |= _read(path, path.stat().st_mtime_ns)
    return {code: known[code] for code in codes_in(pack) if code in known}


@functools.lru_cache(maxsize=16)
def _read(path: Path, _state: int) -> dict[str, str]:
    with path.open(encoding="utf-8", newline="") as lines:
        return {row["code"]: row["where"] for row in csv.DictReader(lines)}
