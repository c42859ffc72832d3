"""Whether a pack of the right form compiles: every expression lowered, every cell of its tables read."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING

from . import lowering, typed
from .checking_figures import figure_problems
from .checking_names import name_problems
from .compile import compile_case, compile_join, compile_part
from .expressions import ExpressionError, parse_expression
from .scope import PackScope, condition
from .source import Location, Problem, Source
from .tables import BadCell, read_column
from .typed import KIND_WORDS
from .wording import Message as _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from .pack import AmountCase, Pack

_EVERYTHING_KNOWN = dt.date.max


def expression_problems(pack: Pack, source: Source) -> list[Problem]:
    """Each expression lowered once, each mistake once, with its line. None: the pack compiles."""
    scope = PackScope(pack, _EVERYTHING_KNOWN)
    problems = name_problems(pack, source)
    if wrong := figure_problems(pack, source):
        # What rests on such a figure would be said to be wrong where nothing is.
        return sorted([*problems, *wrong], key=lambda p: p.line)
    for at, attempt in _attempts(pack, scope):
        try:
            attempt()
        except ExpressionError as error:
            problems.append(source.problem(error.at or at, error.what, error.instead))
        except BadCell as error:
            problems.append(_bad_cell(error, source))
    once = {(p.file, p.line, p.what.say("en")): p for p in reversed(problems)}
    return sorted(once.values(), key=lambda p: (p.file != source.path, str(p.file), p.line))


def _bad_cell(error: BadCell, source: Source) -> Problem:
    what = _(
        "“{cell}” in column “{column}” is not {type}",
        cell=error.cell,
        column=error.column,
        type=KIND_WORDS["number" if error.type == "decimal" else error.type],
    )
    instead = _("Mend the cell, or state another type under `gives`.")
    return Problem(source.path.parent / "tables" / error.file, error.row + 2, what, instead)


def _attempts(pack: Pack, scope: PackScope) -> Iterator[tuple[Location, Callable[[], object]]]:
    for name in (*pack.parameters, *pack.derived):
        group = "parameters" if name in pack.parameters else "derived"
        yield (group, name), partial(scope.name, name)
    for name, table in pack.tables.items():
        for given in table.gives:
            yield ("tables", name, "gives"), partial(read_column, table, given)
        yield ("tables", name, "match"), partial(compile_join, name, scope)
    for name, fact in pack.facts.items():
        if fact.needed_when is not None:
            yield ("facts", name, "needed_when"), partial(condition, fact.needed_when, scope)
    for name, thing in pack.things.items():
        if thing.needed_when is not None:
            yield ("things", name, "needed_when"), partial(condition, thing.needed_when, scope)
    if pack.applies_when is not None:
        yield ("applies_when",), partial(condition, pack.applies_when, scope)
    for n, check in enumerate(pack.checks):
        if check.when is not None:
            yield ("checks", n, "when"), partial(condition, check.when, scope)
        yield ("checks", n, "holds"), partial(condition, check.holds, scope)
    if pack.amount is not None:
        for part, cases in pack.amount.parts.items():
            at: Location = ("amount",) if part == "amount" else ("amount", "parts", part)
            yield at, partial(_whole_part, cases, scope)
            for n, case in enumerate(cases):
                yield (*at, n), partial(compile_case, case, scope)
        if pack.amount.cap is not None:
            yield ("amount", "cap"), partial(_money, pack.amount.cap, scope)


def _whole_part(cases: Sequence[AmountCase], scope: PackScope) -> None:
    """What is wrong with the lines of an amount taken together; each by itself is looked at elsewhere."""
    for case in cases:
        try:
            compile_case(case, scope)
        except (ExpressionError, BadCell):
            return
    compile_part(cases, scope)


def _money(text: str, scope: PackScope) -> None:
    typed.expect("number", lowering.lower(parse_expression(text), scope), text)
