"""The columns of a sheet as a person said them, now or before, or as they are guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from huanxin.foundation.lib import reader
from huanxin.foundation.lib.spreadsheets import SheetError

from ..models import ColumnMapping
from . import columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from huanxin.foundation.access.models import User
    from huanxin.policy import Pack


class NoIdentity(SheetError):
    """No column of a sheet tells its things apart. `on_page`: the same for who can choose it on a page."""

    def __init__(self, fact: str, name: str, headings: str, note: str) -> None:
        what = _("No column was recognised as “%(fact)s”, which tells one thing from another.") % {
            "fact": name
        }
        super().__init__(
            what,
            _(
                "Name that column so, or say which it is: --map 'heading=%(fact)s'. The headings are: "
                "%(names)s. %(note)s"
            )
            % {"fact": fact, "names": headings, "note": note},
        )
        self.on_page = f"{what} " + _(
            "Choose it below; if this is a sheet of another kind of thing, take another sheet or kind."
        )


def mapped(pack: Pack, headers: tuple[str, ...], mapping: Mapping[str, str] | None = None) -> columns.Guess:
    """What the columns of a sheet are taken for: said now, or said before for the same headings, or guessed.

    Raises `NoIdentity` where no column holds the identity, `SheetError` for what was said wrongly.
    """
    found = columns.guess(headers, pack)
    before = ColumnMapping.objects.filter(kind=pack.id, signature=columns.signature(headers)).first()
    if before is not None:
        allowed = columns.targets(pack)
        kept = {
            h: t
            for h, t in before.columns.items()
            if not t or (t in allowed and not columns.other_unit(h, pack.facts.get(t)))
        }
        found = columns.said(kept, headers, pack, found)
        found.is_remembered = True
    if mapping:
        found = columns.said(mapping, headers, pack, found)
    assert pack.identity is not None
    identity = pack.identity.fact
    if identity not in found.columns.values():
        note = next((f"“{h}”: {n}" for h, n in found.notes.items()), "")
        raise NoIdentity(identity, reader.said(pack.facts[identity].ask), _(", ").join(headers), note)
    return found


def remember(pack: Pack, headers: tuple[str, ...], taken: Mapping[str, str], by: User | None) -> None:
    """Keep what was said for the next sheet with the same headings, in any order."""
    ColumnMapping.objects.update_or_create(
        kind=pack.id,
        signature=columns.signature(headers),
        defaults={"columns": dict(taken), "by": by, "at": timezone.now()},
    )
