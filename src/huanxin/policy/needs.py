"""Which facts would settle an undecided case: the fewest, and none that could not change the verdict."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sqlglot import exp

from . import duck
from .compile import compile_pack
from .lacking import Lacking
from .pack import SEVERITIES
from .query import applies_column, judge, judged_of
from .typed import Condition, Typed, shape

if TYPE_CHECKING:
    import datetime as dt

    from .compile import Compiled
    from .facts import Fact, Value
    from .pack import Pack

# Missing facts, and how the atoms come out that are wanted both ways in a pack: an atom as it is written.
Way = frozenset[str | tuple[str, bool]]
Ways = frozenset[Way]
NO_WAY: Ways = frozenset()
FREE: Ways = frozenset([frozenset()])
_MOST_WAYS = 200


@dataclass(frozen=True)
class _Goal:
    """What is open: the scope, a check with how grave its failure is, or that the amount is known."""

    shape: Condition
    what: Literal["scope", "check", "told"]
    severity: int = 0
    column: str = ""


@dataclass(frozen=True)
class _Settled:
    """What is known of an atom: its value, or the facts it waits for; its text if it is wanted both ways."""

    value: bool | None
    lacking: frozenset[str]
    torn: str | None = None

    def way(self, wanted: bool) -> Way:
        return self.lacking if self.torn is None else self.lacking | {(self.torn, wanted)}


Known = Mapping[int, _Settled]


def needs_of(
    compiled: Compiled,
    asked: Mapping[str, Fact],
    values: Mapping[str, Value | None],
    on: dt.date,
    row: Mapping[str, object],
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The smallest set of missing facts with which every open check can be met; tables without a row.

    Each condition is taken apart into its atoms, DuckDB says which are settled, and the ways to make the
    whole true are combined from there: an atom that lacks facts can go either way once they are given.
    """
    plan = _plan(compiled.pack, compiled.known_on)
    goals = [goal for goal in plan.goals if _is_open(goal, compiled, row)]
    known = _settle(plan, asked, values, on)
    stuck = [goal for goal in goals if not _ways(goal.shape, True, known)]
    ways = FREE
    for goal in goals:
        if goal not in stuck and _matters(goal, stuck, compiled):
            ways = _combine([ways, _ways(goal.shape, True, known)])
    order = {name: n for n, name in enumerate(compiled.pack.facts)}
    sets = [_facts(way) for way in ways]
    best = min(sets, key=lambda names: (len(names), sorted(order[n] for n in names)), default=frozenset())
    gaps = _gaps(goals, known) if stuck or not best else ()
    return tuple(sorted(best, key=order.__getitem__)), gaps


@dataclass(frozen=True)
class _Plan:
    """What can be open in a pack, and the columns that tell of each atom what is known."""

    goals: tuple[_Goal, ...]
    atoms: dict[int, tuple[Typed, str]]
    torn: frozenset[str]
    lacking: Lacking
    columns: dict[str, exp.Expr]


@functools.lru_cache(maxsize=256)
def _plan(pack: Pack, known_on: dt.date) -> _Plan:
    compiled = compile_pack(pack, known_on)
    goals: list[_Goal] = []
    if compiled.applies is not None:
        goals.append(_Goal(shape(compiled.applies), "scope"))
    for check in compiled.checks:
        severity = 0 if check.check.if_not is None else SEVERITIES.index(check.check.if_not)
        goals.append(_Goal(shape(check.holds), "check", severity, compiled.column(check.check.id)))
    if compiled.amount is not None:
        goals += [_Goal(told, "told") for told in compiled.told]
    atoms = {id(atom): (atom, atom.sql.sql("duckdb")) for goal in goals for atom in _atoms(goal.shape)}
    lacking = Lacking(compiled, [atom for atom, _written in atoms.values()])
    columns = {written: atom.sql for atom, written in atoms.values()} | lacking.asked
    wanted = {(atoms[number][1], want) for goal in goals for number, want in _wanted(goal.shape, True)}
    torn = frozenset(written for written, want in wanted if (written, not want) in wanted)
    return _Plan(tuple(goals), atoms, torn, lacking, columns)


def _is_open(goal: _Goal, compiled: Compiled, row: Mapping[str, object]) -> bool:
    """Unknown, and not less grave than what has failed already."""
    if goal.what == "scope":
        return row[applies_column(compiled)] is None
    if goal.what == "told":
        return True
    floor = _gravest_failure(compiled, row)
    is_grave = not compiled.pack.judges_assets or floor is None or goal.severity < floor
    return is_grave and row[goal.column] is None


def _matters(goal: _Goal, stuck: list[_Goal], compiled: Compiled) -> bool:
    """Whether the verdict can still change by this, though others stay open whatever is given.

    Where the scope stays open, nothing can. Beside a check that does, another may still fail: any of a claim,
    of a thing one that is as grave. An amount then changes nothing.
    """
    if any(other.what == "scope" for other in stuck):
        return False
    checks = [other.severity for other in stuck if other.what == "check"]
    if not checks:
        return True
    if goal.what == "told":
        return False
    return not compiled.pack.judges_assets or goal.severity <= min(checks)


def _gravest_failure(compiled: Compiled, row: Mapping[str, object]) -> int | None:
    failed = [
        SEVERITIES.index(c.check.if_not)
        for c in compiled.checks
        if c.check.if_not is not None and row[compiled.column(c.check.id)] is False
    ]
    return min(failed, default=None)


def _atoms(goal: Condition) -> list[Typed]:
    if goal.atom is not None:
        return [goal.atom]
    return [atom for part in goal.parts for atom in _atoms(part)]


def _wanted(goal: Condition, wanted: bool) -> list[tuple[int, bool]]:
    """How each atom has to come out where the condition is to come out as wanted by it."""
    if goal.atom is not None:
        return [(id(goal.atom), wanted)]
    wanted = wanted is not (goal.op == "not")
    return [found for part in goal.parts for found in _wanted(part, wanted)]


def _settle(plan: _Plan, asked: Mapping[str, Fact], values: Mapping[str, Value | None], on: dt.date) -> Known:
    compiled = plan.lacking.compiled

    def tree() -> exp.Expr:
        source, present = duck.parameter_source(asked)
        query = judge([compiled], source, present)
        judged = judged_of(query)
        judged.set("expressions", [exp.alias_(sql, f"a{n}") for n, sql in enumerate(plan.columns.values())])
        query.set("expressions", [exp.column(f"a{n}") for n in range(len(plan.columns))])
        return query

    key = duck.key_of(compiled, "settle")
    _names, row = duck.ask_once(key, tree, asked, [values[n] for n in asked], on)
    answers = dict(zip(plan.columns, row, strict=True))
    waiting = plan.lacking.given({name for name, value in values.items() if value is None}, answers)
    found: dict[int, _Settled] = {}
    for number, (atom, written) in plan.atoms.items():
        value = answers[written]
        open_facts = waiting.of(atom) if value is None else frozenset()
        torn = written if written in plan.torn else None
        found[number] = _Settled(None if value is None else bool(value), open_facts, torn)
    return found


def _ways(goal: Condition, wanted: bool, known: Known) -> Ways:
    """Ways that can make the condition come out as wanted."""
    if goal.atom is not None:
        settled = known[id(goal.atom)]
        if settled.value is not None:
            return FREE if settled.value is wanted else NO_WAY
        return frozenset([settled.way(wanted)]) if settled.lacking else NO_WAY
    if goal.op == "not":
        return _ways(goal.parts[0], not wanted, known)
    ways = [_ways(part, wanted, known) for part in goal.parts]
    return _combine(ways) if (goal.op == "and") is wanted else _least(frozenset().union(*ways))


def _combine(ways: list[Ways]) -> Ways:
    found = FREE
    for more in ways:
        found = _least(frozenset(a | b for a, b in itertools.product(found, more)))
    return found


def _least(ways: Ways) -> Ways:
    """Without the ways that hold another one; of very many, the smallest.

    An atom cannot come out both ways, unless nothing else is left: then the facts show that it cannot.
    """
    possible = [way for way in ways if not any((a[0], not a[1]) in way for a in way if isinstance(a, tuple))]
    kept: list[Way] = []
    for way in sorted(possible or ways, key=lambda w: (len(_facts(w)), len(w), sorted(map(str, w)))):
        if not any(smaller <= way for smaller in kept):
            kept.append(way)
        if len(kept) >= _MOST_WAYS:
            break
    return frozenset(kept)


def _facts(way: Way) -> frozenset[str]:
    return frozenset(part for part in way if isinstance(part, str))


def _gaps(goals: list[_Goal], known: Known) -> tuple[str, ...]:
    """Tables on which something rests that is unknown though no fact is waited for."""
    atoms = [atom for goal in goals for atom in _atoms(goal.shape)]
    found = [a.tables for a in atoms if known[id(a)].value is None and not known[id(a)].lacking]
    return tuple(sorted(frozenset().union(*found)))
