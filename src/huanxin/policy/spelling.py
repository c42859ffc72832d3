"""Which of the names there are somebody may have meant."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from .wording import Message as _

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST = 5


def nearest(name: str, known: Iterable[str]) -> list[str]:
    """The names most like `name`, five at most; nothing where none is like it."""
    by_small = {other.lower(): other for other in known}
    close = difflib.get_close_matches(name.lower(), by_small, n=MOST, cutoff=0.6)
    within = [n for n in by_small if len(name) > 3 and name.lower() in n and n not in close]
    return [by_small[n] for n in (*close, *within)][:MOST]


def did_you_mean(name: str, known: Iterable[str]) -> _:
    """The question, or nothing to say where no name is like it."""
    close = nearest(name, known)
    return _("Did you mean: {names}?", names=", ".join(close)) if close else _("")
