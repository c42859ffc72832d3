"""What programmes are called: the ledger knows short names only, a room above knows the titles."""

from __future__ import annotations

from collections.abc import Callable, Mapping

Titles = Callable[[], Mapping[str, str]]
_titles: list[Titles] = []


def name_programmes(titles: Titles) -> None:
    """Hand down how programmes are called, when the program starts: titles by short name, in the reader's
    language, of every programme that exists."""
    _titles.append(titles)


def titles() -> dict[str, str]:
    """Every programme that exists, by its short name; two of one title have their short names in it."""
    found: dict[str, str] = {}
    for room in _titles:
        found |= room()
    many = {title for title in found.values() if list(found.values()).count(title) > 1}
    return {name: f"{title} ({name})" if title in many else title for name, title in found.items()}
