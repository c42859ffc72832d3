"""Names as they are searched.

By every pair of neighbouring letters, so that Chinese fragments find them too.
"""

from __future__ import annotations

import unicodedata

_FIRST = "0首"


def pairs(name: str) -> str:
    """The different pairs of neighbouring letters of a name, parted by spaces: `热力泵` gives `热力 力泵`.

    Case, width, spaces and marks do not count. Before them stands the first letter with a mark of its own,
    so that a single letter finds the names that begin with it.
    """
    letters = _letters(name)
    if not letters:
        return ""
    found = [letters[0] + _FIRST, *(letters[i : i + 2] for i in range(len(letters) - 1))]
    return " ".join(dict.fromkeys(found))


def wanted(fragment: str) -> list[str]:
    """The pairs that a name must have to hold the fragment; for one letter: to begin with it."""
    letters = _letters(fragment)
    if len(letters) == 1:
        return [letters + _FIRST]
    return list(dict.fromkeys(letters[i : i + 2] for i in range(len(letters) - 1)))


def _letters(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())
