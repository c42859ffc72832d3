"""Units that are known, and figures that are the numbers their unit says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .units import KNOWN, meant_by, symbols_of
from .wording import Message as _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .pack import Pack
    from .source import Location, Problem, Source


def figure_problems(pack: Pack, source: Source) -> list[Problem]:
    """Units that nobody knows and values that are no numbers; expressions over them would mislead."""
    said = [*_units(pack), *_values(pack)]
    return [source.problem(at, what, instead) for at, what, instead in said]


def _units(pack: Pack) -> Iterator[tuple[Location, _, _]]:
    places: list[tuple[Location, str]] = [
        (("facts", name, "unit"), fact.unit) for name, fact in pack.facts.items() if pack.asset is None
    ]
    places += [(("parameters", name, "unit"), figure.unit) for name, figure in pack.parameters.items()]
    for name, table in pack.tables.items():
        places += [(("tables", name, "gives", column, "unit"), g.unit) for column, g in table.gives.items()]
    for at, unit in places:
        for symbol in symbols_of(unit):
            if symbol not in KNOWN:
                yield at, _("“{unit}” is no unit that is known here", unit=symbol), _meant(symbol)


def _meant(symbol: str) -> _:
    close = meant_by(symbol)
    if close:
        return _("Did you mean: {names}?", names=", ".join(close))
    return _("The units there are stand in docs/pack-format.md; a plain number has none.")


def _values(pack: Pack) -> Iterator[tuple[Location, _, _]]:
    for name, figure in pack.parameters.items():
        for n, dated in enumerate(figure.values):
            if figure.unit and isinstance(dated.value, str | bool):
                yield (
                    ("parameters", name, "values", n, "value"),
                    _("“{input}” is not a number", input=dated.value),
                    _("Write it in digits alone; its unit is {unit}.", unit=figure.unit),
                )
