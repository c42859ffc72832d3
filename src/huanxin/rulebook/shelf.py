"""All packs at a glance: those in the folders and those ever released, each with where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from huanxin.foundation.lib import reader
from huanxin.policy import Library, Pack, PackError

from . import queries

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from .models import Release

STATES = {
    "in_force": _("In force"),
    "changed": _("In force, changed since"),
    "waiting": _("Waiting for the second signature"),
    "draft": _("Draft"),
    "not_yet": _("Not yet in force"),
    "ended": _("Ended"),
    "superseded": _("Superseded"),
    "broken": _("Has a mistake"),
}


@dataclass(frozen=True)
class Entry:
    """One pack as the list shows it. `pack` is the released text, or the draft where none was released."""

    id: str
    state: str
    pack: Pack | None
    sector: str
    release: Release | None
    draft: Pack | None = None
    problem: PackError | None = None
    overridden: tuple[Path, ...] = ()

    @property
    def state_in_words(self) -> str:
        return str(STATES[self.state])

    @property
    def is_unverified(self) -> bool:
        return self.pack is not None and self.pack.confidence == "unverified"

    @property
    def title(self) -> str:
        return reader.said(self.pack.title) if self.pack else self.id

    @property
    def document(self) -> str:
        document = self.pack.document if self.pack else None
        return reader.said(document)

    @property
    def title_and_document(self) -> str:
        """In every language, for searching."""
        texts = (self.pack.title, self.pack.document) if self.pack else ()
        return " ".join(f"{t.zh} {t.en}" for t in texts if t)


def shelf(on: dt.date) -> list[Entry]:
    """Every pack of the folders and the archive, in order of id.

    Cost: three queries; each pack is read once for each change of its files.
    """
    library = Library()
    in_force = {release.pack_id: release for release in queries.in_force(on)}
    newest = queries.newest_of_each()
    waiting = {release.pack_id for release in queries.waiting()}
    superseded = {old for release in in_force.values() for old in queries.thaw(release).supersedes}
    found = []
    for pack_id in sorted({*library.ids(), *newest, *waiting}):
        draft, problem = _draft(library, pack_id)
        release = in_force.get(pack_id) or newest.get(pack_id)
        shown = queries.thaw(release) if release else draft
        state = _state(draft, problem, in_force.get(pack_id), release, on)
        if pack_id in waiting and state in ("draft", "changed", "in_force"):
            state = "waiting"
        if state == "in_force" and pack_id in superseded:
            state = "superseded"
        overridden = tuple(library.overridden.get(pack_id, ()))
        found.append(
            Entry(pack_id, state, shown, _sector(library, shown), release, draft, problem, overridden)
        )
    return found


def entry(pack_id: str, on: dt.date) -> Entry | None:
    """One pack of the shelf, or nothing."""
    return next((found for found in shelf(on) if found.id == pack_id), None)


def _draft(library: Library, pack_id: str) -> tuple[Pack | None, PackError | None]:
    if pack_id not in library.ids():
        return None, None
    try:
        return library.pack(pack_id), None
    except PackError as problem:
        return None, problem


def _state(
    draft: Pack | None,
    problem: PackError | None,
    in_force: Release | None,
    release: Release | None,
    on: dt.date,
) -> str:
    if problem is not None:
        return "broken"
    if in_force is not None:
        return "changed" if draft is not None and draft.digest != in_force.digest else "in_force"
    if release is None:
        return "draft"
    return "not_yet" if release.in_force_from and release.in_force_from > on else "ended"


def _sector(library: Library, pack: Pack | None) -> str:
    if pack is None:
        return ""
    if pack.kind == "asset" or pack.asset is None:
        return pack.sector or ""
    try:
        return library.pack(pack.asset).sector or ""
    except (PackError, LookupError):
        return ""
