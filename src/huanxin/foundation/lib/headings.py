"""Which line of a sheet holds the columns' names, also below a title or in two lines."""

from __future__ import annotations

import itertools
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from .sheeterror import SheetError

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

Line = tuple[int, list[object]]
Span = tuple[tuple[int, int], tuple[int, int]]
_LOOK_AT = 30


@dataclass(frozen=True)
class Headings:
    """The columns' names, the line they were found in, and the lines of data that follow."""

    names: tuple[str, ...]
    line: int
    lines: Iterator[Line]


def plain(name: object) -> str:
    """A heading as it is compared: without spaces, marks, case and the full-width forms of letters."""
    text = unicodedata.normalize("NFKC", str(name)).casefold()
    return re.sub(r"[\s\*_:;,.\-—–·'\"“”、。：；]+", "", text)


def find(lines: Iterator[Line], merged: Sequence[Span], known: Container[str]) -> Headings:
    """Find the headings among the first lines.

    `known` holds names in their `plain` form; the line with most of them wins, and where none is known the
    first line that is filled with different words. Raises `SheetError` for none, and for a name used twice.
    """
    first = list(itertools.islice(lines, _LOOK_AT))
    filled = [(number, cells) for number, cells in first if any(_said(c) for c in cells)]
    if not filled:
        raise SheetError(
            _("The file is empty."), _("Write the columns' names in one line and the data below it.")
        )
    at = _best(filled, known)
    number, cells = filled[at]
    names = [_said(c) for c in cells]
    below = filled[at + 1] if at + 1 < len(filled) else None
    last = number
    if below is not None and (two := _two_lines(number, names, below, merged)) is not None:
        names, last = two, below[0]
    while names and not names[-1]:
        names.pop()
    _refuse_twice(names, number)
    rest = [line for line in first if line[0] > last]
    return Headings(tuple(names), last, itertools.chain(rest, lines))


def _said(cell: object) -> str:
    return re.sub(r"\s+", " ", str(cell)).strip() if cell is not None else ""


def _best(filled: list[Line], known: Container[str]) -> int:
    n_known = [sum(plain(_said(c)) in known for c in cells if _said(c)) for _n, cells in filled]
    if max(n_known) > 0:
        return n_known.index(max(n_known))
    widths = [sum(1 for c in cells if _said(c)) for _n, cells in filled]
    for at, (_number, cells) in enumerate(filled):
        words = [_said(c) for c in cells if _said(c)]
        are_words = all(
            isinstance(c, str) and not re.fullmatch(r"[\d.,\s/%-]+", c) for c in cells if _said(c)
        )
        if widths[at] >= 0.6 * max(widths) and are_words:
            return at
        if not are_words and len(words) > 1:
            break
    raise SheetError(
        _("No line with the columns' names was found in the first %(n)s lines.") % {"n": _LOOK_AT},
        _("Write the columns' names in one line above the data, without merged cells."),
    )


def _two_lines(number: int, names: list[str], below: Line, merged: Sequence[Span]) -> list[str] | None:
    """Names that stand in two lines, as the merged cells show: “rated” over “power” becomes “rated power”."""
    top = number - 1
    wide = [(c0, c1) for (r0, c0), (r1, c1) in merged if r0 == r1 == top and c1 > c0]
    tall = {c for (r0, c0), (r1, c1) in merged if r0 == top and r1 == top + 1 for c in range(c0, c1 + 1)}
    if below[0] != number + 1 or not (tall or wide) or not all(isinstance(c, str) for c in below[1]):
        return None
    if not tall and sum(c1 - c0 + 1 for c0, c1 in wide) < len(names) - 1:
        return None
    lower = [_said(c) for c in below[1]]
    width = max(len(names), len(lower))
    upper = [*names, *[""] * (width - len(names))]
    lower += [""] * (width - len(lower))
    for c0, c1 in wide:
        upper[c0 : c1 + 1] = [names[c0]] * (c1 - c0 + 1)
    alone = [b and not a for a, b in zip(upper, lower, strict=True)]
    if any(alone) and not any(a and b for a, b in zip(upper, lower, strict=True)):
        return None
    return [f"{a} {b}".strip() if a and b else a or b for a, b in zip(upper, lower, strict=True)]


def _refuse_twice(names: list[str], line: int) -> None:
    seen: dict[str, int] = {}
    for column, name in enumerate(names, 1):
        if name and (earlier := seen.setdefault(plain(name), column)) != column:
            raise SheetError(
                _("Line %(line)s: the columns %(a)s and %(b)s are both named “%(name)s”.")
                % {"line": line, "a": earlier, "b": column, "name": name},
                _("Give each column a name of its own, or delete the one that is not needed."),
            )
