"""Rows of cells into checked rows of facts, column by column, each different cell only once."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from huanxin.foundation.lib import reader, sealed
from huanxin.foundation.lib.spreadsheets import NoValue
from huanxin.policy import Fact, FactError, Pack

from ..places.settling import Said, Settled
from . import identities

Cells = Sequence[object]
Bad = tuple[int, Cells, dict[int, str]]
# A column of a million different serial numbers must not be held whole.
_MOST_REMEMBERED = 100_000
_LONG_DECIMAL = re.compile(r"([+-]?\d+)\.(\d+)")
_COMPUTED_DIGITS = 12
# How the identity in a template's example line begins.
EXAMPLE = "示例/example "


class Row(NamedTuple):
    """A good row, ready for the database."""

    line: int
    cells: Cells
    identity: str
    identity_hash: bytes
    name: str
    attributes: str
    year: int | None
    measure: str | None
    place: str | None
    place_state: str
    doubt: str | None
    # The row says nothing of its place: `place` is what was said for such rows.
    is_place_supposed: bool
    holder: tuple[str, str, str] | None
    digest: bytes


def as_json(value: object) -> str:
    """A fact's value as it stands in `attributes`: decimals as text without trailing zeros, dates as ISO."""
    if isinstance(value, Decimal):
        plain = format(value.normalize(), "f")
        return f'"{plain}"'
    if isinstance(value, dt.date):
        return f'"{value.isoformat()}"'
    return json.dumps(value, ensure_ascii=False)


class Column:
    """One fact's column: cells in, JSON out, `None` for an empty cell, mistakes noted by row."""

    def __init__(self, at: int, fact: Fact) -> None:
        self.at = at
        self.fact = fact
        self.key = json.dumps(fact.name) + ":"
        self.today = timezone.localdate()
        self._known: dict[object, tuple[str | None, object, str]] = {}

    def read(self, cell: object) -> tuple[str | None, object, str]:
        """`(JSON, value, what is wrong)` of a cell."""
        # 1, 1.0 and True are one key to a dict, but not one value to a fact.
        key = cell if cell.__class__ is str else (cell.__class__, cell)
        found = self._known.get(key)
        if found is None:
            found = self._read(cell)
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            self._known[key] = found
        return found

    def _read(self, cell: object) -> tuple[str | None, object, str]:
        if isinstance(cell, NoValue):
            return None, None, no_value(cell)
        if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
            # A workbook knows only binary numbers: its 4.0 is the 4 that somebody wrote.
            cell = int(cell)
        if self.fact.type == "decimal":
            cell = rounded(cell, self.fact.places, always=self.fact.name in ("latitude", "longitude"))
        try:
            value = self.fact.parse(cell, self.today)
        except FactError as error:
            return None, None, self._with_unit(reader.said(error))
        return (None, None, "") if value is None else (as_json(value), value, "")

    def _with_unit(self, why: str) -> str:
        """What is wrong with a number, with the unit in which it is asked for if it does not say so yet."""
        unit = reader.said(self.fact.unit_said)
        if not unit or re.search(rf"(?<![A-Za-z]){re.escape(unit)}(?![A-Za-z])", why):
            return why
        return f"{why} " + _("The unit is %(unit)s.") % {"unit": unit}


def rounded(cell: object, places: int, *, always: bool = False) -> object:
    """A number cut to the places that are kept, if nobody can have meant more: one of twelve digits or more.

    So many digits come out of a computation, not off a nameplate; a shorter number with too many places is
    left, for its fact to refuse. `always`: coordinates, whose sixth place is a hand's breadth.
    """
    match = _LONG_DECIMAL.fullmatch(str(cell).strip())
    if match is None or len(match[2]) <= places:
        return cell
    n_digits = len((match[1] + match[2]).lstrip("+-0"))
    return round(Decimal(match[0]), places) if always or n_digits >= _COMPUTED_DIGITS else cell


def no_value(cell: NoValue) -> str:
    """What to do about a cell that shows nothing usable."""
    if cell.shown.startswith("="):
        return _(
            "The formula %(formula)s has no stored result. Open the sheet in Excel, save it, or write "
            "the value."
        ) % {"formula": cell.shown[:60]}
    return _("The cell holds Excel's error %(error)s. Write the value.") % {"error": cell.shown}


@dataclass
class PlaceColumns:
    """The columns that speak of the place, and what settles on one from them.

    `otherwise` is where a row lies that says nothing of its place. No `settle`: the columns are not asked.
    """

    at: Mapping[str, int]
    settle: Callable[[Said], Settled] | None
    otherwise: str | None

    def __post_init__(self) -> None:
        self._known: dict[tuple[str, ...], tuple[str | None, str, str | None]] = {}

    @property
    def asked(self) -> tuple[int, ...]:
        """Where the cells stand that a row's place rests on."""
        return tuple(self.at.values()) if self.settle is not None else ()

    def read(self, cells: Cells) -> tuple[str | None, str, str | None]:
        """`(place code, state, doubt as JSON)` of what a row itself says."""
        if self.settle is None:
            return None, "outside", None
        key = tuple([_text(cells[at]) for at in self.at.values()])
        found = self._known.get(key)
        if found is None:
            found = self._settled(dict(zip(self.at, key, strict=True)))
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            self._known[key] = found
        return found

    def _settled(self, words: dict[str, str]) -> tuple[str | None, str, str | None]:
        accuracy = words.pop("location_accuracy", "").casefold()
        said = Said(**words, is_approximate=accuracy.startswith(("approx", "近似", "大致", "约")))
        if said.is_empty() or self.settle is None:
            return None, "unknown", None
        settled = self.settle(said)
        if settled.code:
            return settled.code, "placed", None
        doubt = settled.doubt(said)
        return None, "doubt" if doubt else "unknown", json.dumps(doubt, ensure_ascii=False) if doubt else None


def _text(cell: object) -> str:
    if isinstance(cell, NoValue):
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


class RowReader:
    """Turns the rows of one sheet into rows for the database, by the columns' mapping."""

    def __init__(
        self, kind: Pack, headers: Sequence[str], columns: Mapping[str, str], places: PlaceColumns
    ) -> None:
        assert kind.identity is not None
        at = {target: headers.index(header) for header, target in columns.items() if target}
        self.kind = kind
        self.scheme = kind.identity.scheme
        self.identity_at = at[kind.identity.fact]
        self.columns = [
            Column(at[name], fact)
            for name, fact in kind.facts.items()
            if name in at and name != kind.identity.fact
        ]
        self.columns.sort(key=lambda c: c.key)
        self.places = places
        self.holder_at = at.get("holder")
        self.holder_no_at = at.get("holder_no")
        self.beside_facts = [n for n in (self.holder_at, self.holder_no_at, *places.asked) if n is not None]
        self.own_at = {
            what: next((i for i, c in enumerate(self.columns) if c.fact.name == fact), None)
            for what, fact in (
                ("name", kind.name),
                ("in_service", kind.in_service),
                ("measure", kind.measure),
            )
        }
        # Where the identity is public it is a fact like any other; else it is kept encrypted only.
        self.identity_key = json.dumps(kind.identity.fact) + ":" if self.scheme == "public" else None

    def identity(self, cells: Cells) -> str:
        """The normalised identity of a row, `""` if it is empty or cannot be right."""
        if isinstance(cells[self.identity_at], NoValue):
            return ""
        try:
            return identities.normalised(self.scheme, cells[self.identity_at])
        except identities.IdentityError:
            return ""

    def is_example(self, cells: Cells) -> bool:
        """Whether this is the example line of a template, which is no row."""
        return str(cells[self.identity_at]).startswith(EXAMPLE)

    def read(self, lines: Sequence[tuple[int, Cells]]) -> tuple[list[Row], list[Bad]]:
        """The good rows and the bad ones of some lines."""
        lines = [line for line in lines if not self.is_example(line[1])]
        wrong = self._without_value(lines)
        by_column = []
        for column in self.columns:
            at, read = column.at, column.read
            found = [read(cells[at]) for _line, cells in lines]
            by_column.append(found)
            for row, (_json, _value, why) in enumerate(found):
                if why:
                    wrong.setdefault(row, {})[at] = why
        # A sheet may name things and say nothing else of them: a zip of no columns would have no rows.
        by_row = zip(*by_column, strict=True) if by_column else (() for _line in lines)
        good = []
        for row, ((line, cells), facts) in enumerate(zip(lines, by_row, strict=True)):
            identity = self._identity(cells, wrong, row)
            holder = self._holder(cells, wrong, row)
            if row not in wrong:
                good.append(self._row(line, cells, identity, holder, facts))
        return good, [(lines[row][0], lines[row][1], why) for row, why in sorted(wrong.items())]

    def _without_value(self, lines: Sequence[tuple[int, Cells]]) -> dict[int, dict[int, str]]:
        """Cells of holders and places that show nothing usable; else every failed lookup names one holder."""
        wrong: dict[int, dict[int, str]] = {}
        for at in self.beside_facts:
            for row, (_line, cells) in enumerate(lines):
                cell = cells[at]
                if isinstance(cell, NoValue):
                    wrong.setdefault(row, {})[at] = no_value(cell)
        return wrong

    def _identity(self, cells: Cells, wrong: dict[int, dict[int, str]], row: int) -> str:
        cell = cells[self.identity_at]
        try:
            if isinstance(cell, NoValue):
                raise identities.IdentityError(no_value(cell))
            identity = identities.normalised(self.scheme, cell)
            if not identity:
                raise identities.IdentityError(
                    _(
                        "It is empty, and nothing else tells this thing from others. Write its number, "
                        "or one of your own."
                    )
                )
        except identities.IdentityError as error:
            wrong.setdefault(row, {})[self.identity_at] = str(error)
            return ""
        return identity

    def _holder(
        self, cells: Cells, wrong: dict[int, dict[int, str]], row: int
    ) -> tuple[str, str, str] | None:
        name = _text(cells[self.holder_at])[:200] if self.holder_at is not None else ""
        kind, number = "", ""
        if self.holder_no_at is not None and not isinstance(cells[self.holder_no_at], NoValue):
            try:
                kind, number = identities.party_number(cells[self.holder_no_at])
            except identities.IdentityError as error:
                wrong.setdefault(row, {})[self.holder_no_at] = str(error)
        return (kind or "organisation", name or number[-4:], number) if name or number else None

    def _row(
        self, line: int, cells: Cells, identity: str, holder: tuple[str, str, str] | None,
        facts: Sequence[tuple[str | None, object, str]],
    ) -> Row:  # fmt: skip
        parts = [
            c.key + found[0] for c, found in zip(self.columns, facts, strict=True) if found[0] is not None
        ]
        if self.identity_key:
            parts.append(self.identity_key + json.dumps(identity, ensure_ascii=False))
        attributes = "{" + ",".join(parts) + "}"
        place, place_state, doubt = self.places.read(cells)
        is_supposed = place_state == "unknown" and self.places.otherwise is not None
        if is_supposed:
            place, place_state = self.places.otherwise, "placed"
        name, in_service, measure = (
            facts[at][1] if at is not None else None
            for at in (self.own_at["name"], self.own_at["in_service"], self.own_at["measure"])
        )
        year = in_service.year if isinstance(in_service, dt.date) else in_service
        digest = hashlib.blake2b(
            "\x1f".join(
                (
                    attributes,
                    place or "",
                    place_state,
                    doubt or "",
                    *(holder or ()),
                    *(["?"] if is_supposed else []),
                )
            ).encode(),
            digest_size=16,
        ).digest()
        return Row(
            line, cells, identity, sealed.keyed_hash(f"{self.kind.id}:{identity}"),
            unicodedata.normalize("NFKC", str(name))[:500] if name is not None else "",
            attributes, int(year) if isinstance(year, int) else None, None if measure is None else
            str(measure), place, place_state, doubt, is_supposed, holder, digest,
        )  # fmt: skip
