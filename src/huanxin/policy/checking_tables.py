"""Lookup tables: for every case one row and no more, unless the document itself leaves a gap."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from .scope import PackScope, closed
from .source import Problem
from .tables import OPEN_ENDS
from .wording import Message as _

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from .pack import Match, Pack, Table
    from .source import Source
    from .tables import Cell
    from .typed import Typed

Span = tuple[int, int]
_OPEN = 10**20
MOST_CELLS = 20_000
MARKS = ("seen", "official", "unverified")


@dataclass(frozen=True)
class _Axis:
    """One key of a table: what it is matched with, and its spans or values row by row.

    Every value a fact can take is a whole number of steps (a day, a unit, the last place that is kept), so
    that `to 10` and `from 11` meet where whole numbers are asked for.
    """

    name: str
    key: Typed
    spans: tuple[Span, ...] = ()
    values: tuple[Cell, ...] = ()

    @property
    def every_value(self) -> Sequence[Cell]:
        """All that the key can be, where that is a short list; else nothing."""
        if self.key.choices is not None:
            return sorted(self.key.choices)
        return [True, False] if self.key.kind == "boolean" else []

    def say(self, span: Span) -> str:
        low, high = (_from_steps(end, self.key) for end in span)
        if span[0] == span[1]:
            return f"{self.name} = {low}"
        above = f"{low} ≤ " if span[0] > -_OPEN else ""
        return f"{above}{self.name}" + (f" ≤ {high}" if span[1] < _OPEN else "")


def table_problems(pack: Pack, source: Source) -> list[Problem]:
    """Rows that meet, rows that none can meet, cases without a row, marks that are no marks."""
    scope = PackScope(pack, dt.date.max)
    return [problem for name in pack.tables for problem in _of_table(pack, name, scope, source)]


def overlap_problems(pack: Pack, source: Source) -> list[Problem]:
    """Rows that answer for the same case: a pack that has them would judge one case twice."""
    scope = PackScope(pack, dt.date.max)
    return [
        problem
        for name, table in pack.tables.items()
        for problem in _overlaps(source.path.parent / "tables" / table.file, *_axes(pack, name, scope))
    ]


def _of_table(pack: Pack, name: str, scope: PackScope, source: Source) -> Iterator[Problem]:
    table = pack.tables[name]
    file = source.path.parent / "tables" / table.file
    yield from _bad_marks(table, file)
    exact, ranged, groups = _axes(pack, name, scope)
    found = [*_unmet(file, [*exact, *ranged]), *_overlaps(file, exact, ranged, groups)]
    if not found and table.gaps == "refused":
        found += _absent(source, name, groups, exact)
        for key, rows in groups.items():
            found += _gaps(file, _say(exact, key), rows, ranged)
    yield from found


Groups = dict[tuple["Cell", ...], list[int]]


def _axes(pack: Pack, name: str, scope: PackScope) -> tuple[list[_Axis], list[_Axis], Groups]:
    """The exact keys, the ranges, and the rows by their exact keys."""
    table = pack.tables[name]
    axes = [
        _axis(table, written, match, key, scope)
        for (written, match), key in zip(table.match.items(), scope.keys(name), strict=True)
    ]
    exact, ranged = [a for a in axes if a.values], [a for a in axes if a.spans]
    groups: Groups = {}
    for row in range(len(table.rows)):
        groups.setdefault(tuple(axis.values[row] for axis in exact), []).append(row)
    return exact, ranged, groups


def _overlaps(
    file: Path, exact: Sequence[_Axis], ranged: Sequence[_Axis], groups: Groups
) -> Iterator[Problem]:
    for key, rows in groups.items():
        yield from _twice(file, _say(exact, key), rows, ranged)


def _axis(table: Table, written: str, match: Match, key: Typed, scope: PackScope) -> _Axis:
    if match.column is not None:
        return _Axis(written, key, values=scope.key_column(table, match.column, key, ranged=False).cells)
    ends: list[list[int]] = []
    for inclusive, exclusive, end in ((match.from_, match.above, 0), (match.to, match.below, 1)):
        name = inclusive or exclusive
        if name is None:
            ends.append([(-_OPEN, _OPEN)[end]] * len(table.rows))
            continue
        column = scope.key_column(table, name, key, ranged=True)
        ends.append([_end(closed(column, row, end), key, end, inclusive) for row in range(len(table.rows))])
    return _Axis(written, key, spans=tuple(zip(*ends, strict=True)))


def _end(cell: Cell, key: Typed, end: int, inclusive: str | None) -> int:
    """The first or last step that belongs to a range; beyond all reach where the range is open."""
    if isinstance(cell, dt.date):
        steps, is_open = Decimal(cell.toordinal()), cell == OPEN_ENDS["date"][end]
    else:
        assert isinstance(cell, Decimal)
        steps, is_open = cell.scaleb(key.places), cell == OPEN_ENDS["decimal"][end]
    if is_open:
        return (-_OPEN, _OPEN)[end]
    if end == 0:
        return math.ceil(steps) if inclusive else math.floor(steps) + 1
    return math.floor(steps) if inclusive else math.ceil(steps) - 1


def _from_steps(steps: int, key: Typed) -> str:
    if key.kind == "date":
        return dt.date.fromordinal(min(max(steps, 1), dt.date.max.toordinal())).isoformat()
    plain = f"{Decimal(steps).scaleb(-key.places):f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _say(exact: Sequence[_Axis], key: Sequence[Cell]) -> str:
    words = {True: "true", False: "false"}
    pairs = zip(exact, key, strict=True)
    return ", ".join(f"{a.name} = {words[v] if isinstance(v, bool) else v}" for a, v in pairs)


def _unmet(file: Path, axes: Sequence[_Axis]) -> Iterator[Problem]:
    for axis in axes:
        for row, (low, high) in enumerate(axis.spans):
            if low > high:
                what = _("the range is empty: it ends before it begins")
                yield Problem(file, row + 2, what, _("Let it end later, or remove the row."))
        for row, value in enumerate(axis.values):
            if value is None:
                what = _("no case meets this row: its “{name}” is empty", name=axis.name)
                yield Problem(file, row + 2, what, _("Fill the cell, or remove the row."))


def _twice(file: Path, key: str, rows: Sequence[int], ranged: Sequence[_Axis]) -> Iterator[Problem]:
    """Rows that answer for the same case. Cost: sorted by the first range, so that far ones never meet."""
    ordered = sorted(rows, key=lambda row: [axis.spans[row] for axis in ranged])
    for n, row in enumerate(ordered):
        for other in ordered[n + 1 :]:
            if ranged and ranged[0].spans[other][0] > ranged[0].spans[row][1]:
                break
            shared = [_common(axis.spans[row], axis.spans[other]) for axis in ranged]
            if all(low <= high for low, high in shared):
                early, late = sorted((row, other))
                where = ", ".join(
                    [*([key] if key else []), *(a.say(s) for a, s in zip(ranged, shared, strict=True))]
                )
                what = _("this row and line {line} both answer for {where}", line=early + 2, where=where)
                yield Problem(file, late + 2, what, _("Let one begin where the other ends, or remove one."))
                break


def _common(one: Span, other: Span) -> Span:
    return max(one[0], other[0]), min(one[1], other[1])


def _absent(
    source: Source, name: str, groups: dict[tuple[Cell, ...], list[int]], exact: Sequence[_Axis]
) -> Iterator[Problem]:
    """Combinations of choices without a row, for all that stands in the columns without choices."""
    options = [axis.every_value for axis in exact]
    free = {tuple(v for v, o in zip(key, options, strict=True) if not o) for key in groups}
    if not any(options) or len(free) * math.prod(len(o) for o in options if o) > MOST_CELLS:
        return
    absent: list[str] = []
    for rest in sorted(free, key=str):
        for chosen in itertools.product(*(o for o in options if o)):
            taken, kept = iter(chosen), iter(rest)
            key = tuple(next(taken) if o else next(kept) for o in options)
            if key not in groups:
                absent.append(_say(exact, key))
    if absent:
        yield source.problem(
            ("tables", name),
            _("the table has no row for {codes}", codes="; ".join(absent[:10])),
            _("Add rows, or write `gaps: allowed` where the document has none."),
        )


def _gaps(file: Path, key: str, rows: Sequence[int], ranged: Sequence[_Axis]) -> Iterator[Problem]:
    """The first place between the outermost ends that no row covers; rows do not meet by now."""
    boxes = [[axis.spans[row] for axis in ranged] for row in rows]
    around = [(min(b[n][0] for b in boxes), max(b[n][1] for b in boxes)) for n in range(len(ranged))]
    if not ranged or sum(map(_size, boxes)) == _size(around):
        return
    cuts = [
        sorted({around[n][0], *(end for b in boxes for end in (b[n][0], b[n][1] + 1))})
        for n in range(len(ranged))
    ]
    if math.prod(len(c) - 1 for c in cuts) > MOST_CELLS:
        return
    for cell in itertools.product(*(itertools.pairwise(c) for c in cuts)):
        spans = [(low, high - 1) for low, high in cell]
        if any(all(b[0] <= s[0] and s[1] <= b[1] for b, s in zip(box, spans, strict=True)) for box in boxes):
            continue
        where = ", ".join([*([key] if key else []), *(a.say(s) for a, s in zip(ranged, spans, strict=True))])
        line = next((row for row, box in zip(rows, boxes, strict=True) if box[0][0] > spans[0][0]), rows[-1])
        yield Problem(
            file,
            line + 2,
            _("no row answers for {where}", where=where),
            _("Close the gap, or write `gaps: allowed` where the document leaves it."),
        )
        return


def _size(box: Sequence[Span]) -> int:
    return math.prod(high - low + 1 for low, high in box)


def _bad_marks(table: Table, file: Path) -> Iterator[Problem]:
    for row, mark in enumerate(table.column("confidence") if "confidence" in table.columns else ()):
        if mark not in MARKS:
            what = _("“{input}” cannot stand at “{key}”", input=mark, key="confidence")
            yield Problem(file, row + 2, what, _("Write one of: {expected}.", expected=", ".join(MARKS)))
