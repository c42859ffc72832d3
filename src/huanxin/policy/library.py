"""All packs that an office has: ours and its own, found by id, read once."""

from __future__ import annotations

import contextlib
import functools
from typing import TYPE_CHECKING

from .checking import expression_problems
from .checking_tables import overlap_problems
from .reading import UnknownPack, pack_folders, read
from .source import PackError, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from .pack import Pack


def load(folder: Path) -> Pack:
    """The pack in `folder`, its expressions checked and no table answering twice for one case.

    Raises `PackError` with every mistake found.
    """
    pack, source, problems = read(folder)
    if pack is not None and not problems:
        problems = expression_problems(pack, source) or overlap_problems(pack, source)
    if problems or pack is None:
        raise PackError(problems)
    return pack


class Library:
    """The packs of several folders of packs; where two hold the same id, the later folder wins."""

    def __init__(self, folders: Sequence[Path] | None = None) -> None:
        self.folders = tuple(folders if folders is not None else pack_folders())
        self._paths: dict[str, Path] = {}
        self.overridden: dict[str, list[Path]] = {}
        for root in self.folders:
            for found in sorted(root.glob("*/*/pack.yaml")):
                folder = found.parent
                if folder.name in self._paths:
                    self.overridden.setdefault(folder.name, []).append(self._paths[folder.name])
                self._paths[folder.name] = folder

    def ids(self) -> list[str]:
        return sorted(self._paths)

    def path(self, pack_id: str) -> Path:
        """The folder of a pack. Raises `UnknownPack`."""
        if pack_id not in self._paths:
            raise UnknownPack(pack_id, self.ids())
        return self._paths[pack_id]

    def pack(self, pack_id: str) -> Pack:
        """A pack by id, read once for each state of its files. Raises `UnknownPack`, `PackError`."""
        folder = self.path(pack_id)
        return _load_once(folder, _state_of(folder, self.folders))

    def asset_kinds(self) -> dict[str, Pack]:
        """The kinds of things; one whose files hold a mistake is left out, so that it stops only itself."""
        found: dict[str, Pack] = {}
        for folder in self._paths.values():
            if folder.parent.name == "assets":
                with contextlib.suppress(PackError):
                    found[folder.name] = self.pack(folder.name)
        return found

    def packs(self, kind: str | None = None, asset: str | None = None) -> list[Pack]:
        """The packs of a kind (benefit, limit …) and on a kind of thing, in order of id."""
        found = [self.pack(pack_id) for pack_id in self.ids()]
        return [p for p in found if kind in (None, p.kind) and asset in (None, p.asset)]


def _state_of(folder: Path, roots: Sequence[Path]) -> tuple[int, ...]:
    """Changes with the pack's files and with the kinds whose facts it may inherit."""
    files = [*folder.rglob("*"), *(f for root in roots for f in root.glob("assets/*/pack.yaml"))]
    return tuple(f.stat().st_mtime_ns for f in sorted(files))


@functools.lru_cache(maxsize=1024)
def _load_once(folder: Path, state: tuple[int, ...]) -> Pack:
    return load(folder)


def check(folder: Path, library: Library | None = None) -> list[Problem]:
    """Everything that is wrong with the pack in `folder`; never raises for what stands in its files."""
    from .checking_sense import sense_problems

    pack, source, problems = read(folder)
    if pack is None or problems:
        return problems
    return expression_problems(pack, source) or sense_problems(pack, source, library or Library())
