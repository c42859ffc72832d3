"""The kinds of things there are: the asset packs, read once for each state of their files."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from huanxin.policy import Library, Pack, PackError, pack_folders

if TYPE_CHECKING:
    from pathlib import Path


class UnknownKind(Exception):
    """There is no such kind of thing; the message names those there are."""


@functools.lru_cache(maxsize=8)
def _library(folders: tuple[Path, ...]) -> Library:
    return Library(folders)


def all_kinds() -> dict[str, Pack]:
    """Every kind of thing, by id."""
    return _library(tuple(pack_folders())).asset_kinds()


def _broken(library: Library, name: str) -> str:
    try:
        library.pack(name)
    except PackError as broken:
        return _("The kind “%(name)s” cannot be read: %(why)s") % {"name": name, "why": broken}
    raise AssertionError(name)


def kind(name: str) -> Pack:
    """A kind by its id. Raises `UnknownKind`."""
    found = all_kinds()
    if name not in found:
        library = _library(tuple(pack_folders()))
        if name in library.ids() and library.path(name).parent.name == "assets":
            raise UnknownKind(_broken(library, name))
        raise UnknownKind(
            _("There is no kind “%(name)s”. Choose one of: %(names)s.")
            % {"name": name, "names": ", ".join(sorted(found))}
        )
    return found[name]
