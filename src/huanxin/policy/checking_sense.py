"""Figures, tables, dates and cases of a pack that compiles: gaps, overlaps, holes, and what nothing uses."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections import Counter
from typing import TYPE_CHECKING

from sqlglot import exp

from .cases import read_cases, run_cases
from .checking_tables import table_problems
from .compile import Compiled, compile_pack
from .expressions import parse_expression
from .source import PackError, Problem, Source
from .spelling import did_you_mean
from .wording import Message as _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .facts import Text
    from .library import Library
    from .pack import Pack, Parameter
    from .source import Location

FEWEST_CASES = 10
FOLDERS = {
    **{"assets": "asset", "benefits": "benefit", "limits": "limit"},
    **{"duties": "duty", "integrity": "integrity"},
}
_CHINESE = re.compile(r"[一-鿿]")


def sense_problems(pack: Pack, source: Source, library: Library) -> list[Problem]:
    """What is wrong with a pack whose form and expressions are right."""
    compiled = compile_pack(pack, dt.date.max)
    problems = [*table_problems(pack, source), *_dates(pack, source), *_unused(pack, source, compiled)]
    problems += [*_texts(pack, source), *_marks(pack, source), *_before(pack, source, library)]
    problems += [*_questions(pack, source), *_kinds(pack, source, library)]
    return problems + _cases(pack, source)


# Dates ----------------------------------------------------------------------------------------------


def _dates(pack: Pack, source: Source) -> Iterator[Problem]:
    for name, parameter in pack.parameters.items():
        at = ("parameters", name)
        for number, value in enumerate(parameter.values):
            if value.to_on is not None and value.to_on < value.from_on:
                yield source.problem(
                    (*at, "values", number),
                    _("`to` lies before `from`"),
                    _("Write a later day, or leave it out."),
                )
        days = Counter((value.from_on, value.since) for value in parameter.values)
        for (day, since), n in days.items():
            if n > 1:
                what = _(
                    "two values of “{name}” begin on {day}, known on {since}", name=name, day=day, since=since
                )
                yield source.problem(
                    at, what, _("Keep one, or say with `known:` when the later was published.")
                )
        yield from _holes(pack, name, parameter, source)


def _holes(pack: Pack, name: str, parameter: Parameter, source: Source) -> Iterator[Problem]:
    """Days of the pack's window on which a parameter has no value, as all is known in the end."""
    window = pack.in_force
    if window is None:
        return
    day = window.from_on
    for first, last, _value in reversed(parameter.steps(dt.date.max)):
        if first > day:
            yield source.problem(
                ("parameters", name),
                _(
                    "“{name}” has no value from {day} to {last}",
                    name=name,
                    day=day,
                    last=first - dt.timedelta(days=1),
                ),
                _("Let the value before last until then, or begin earlier."),
            )
        if last is None:
            return
        day = max(day, last + dt.timedelta(days=1))
    if window.to_on is None or day <= window.to_on:
        yield source.problem(
            ("parameters", name),
            _("“{name}” has no value after {day}", name=name, day=day - dt.timedelta(days=1)),
            _("Add one, or let the pack end there."),
        )


# What nothing uses, what lacks a text or a mark -------------------------------------------------------


def _unused(pack: Pack, source: Source, compiled: Compiled) -> Iterator[Problem]:
    if pack.kind == "asset":
        return
    names = _names_reached(pack, compiled)
    inherited = {"facts"} if pack.asset else set()
    for group in sorted({"facts", "parameters", "tables", "derived"} - inherited):
        for name in getattr(pack, group):
            if name not in names:
                yield source.problem(
                    (group, name),
                    _("nothing uses “{name}”", name=name),
                    _("Use it in a check, or remove it."),
                )


def _names_reached(pack: Pack, compiled: Compiled) -> set[str]:
    """What checks, amounts and questions rest on: by themselves, and by way of derived values and tables."""
    texts = [text for check in pack.checks for text in (check.when, check.holds)]
    texts += [pack.applies_when, *(f.needed_when for f in pack.facts.values())]
    texts += [thing.needed_when for thing in pack.things.values()]
    if pack.amount is not None:
        texts.append(pack.amount.cap)
        for case in itertools.chain(*pack.amount.parts.values()):
            texts += [case.when, case.pay, case.rate, case.base, case.cap, case.floor]
    found = set(pack.once_per).union(*(check.holds.facts for check in compiled.checks))
    waiting = [text for text in texts if text]
    while waiting:
        for name in _names_in(waiting.pop()) - found:
            found.add(name)
            if name in pack.derived:
                waiting.append(pack.derived[name].is_)
            if name in pack.tables:
                waiting += pack.tables[name].match
    return found


def _names_in(text: str) -> set[str]:
    """The names in an expression; of `table.column` that of the table."""
    return {node.text("table") or node.name for node in parse_expression(text).find_all(exp.Column)}


def _texts(pack: Pack, source: Source) -> Iterator[Problem]:
    """Texts that a reader of English would miss."""
    places: list[tuple[Location, Text | None]] = [(("title",), pack.title), (("notes",), pack.notes)]
    for name, fact in pack.facts.items() if not pack.asset else ():
        places += [(("facts", name, "ask"), fact.ask), (("facts", name, "proof"), fact.proof)]
        places += [(("facts", name, "of", code), text) for code, text in fact.of.items()]
    for name, thing in pack.things.items():
        places += [(("things", name, "ask"), thing.ask), (("things", name, "proof"), thing.proof)]
    places += [(("parameters", name, "says"), p.says) for name, p in pack.parameters.items()]
    places += [(("tables", name, "says"), table.says) for name, table in pack.tables.items()]
    places += [(("derived", name, "says"), value.says) for name, value in pack.derived.items()]
    places += [(("checks", n, "says"), check.says) for n, check in enumerate(pack.checks)]
    for at, text in places:
        if text is not None and (not text.en or _CHINESE.search(text.en)):
            yield source.problem(at, _("the text is in Chinese alone"), _("Write {{zh: …, en: …}}."))


def _questions(pack: Pack, source: Source) -> Iterator[Problem]:
    """Questions that wait for each other are never put."""
    waits = {n: _names_in(f.needed_when) if f.needed_when else set() for n, f in pack.facts.items()}
    for name in waits if not pack.asset else ():
        reached: set[str] = set()
        waiting = [name]
        while waiting:
            following = waits.get(waiting.pop(), set()) - reached
            reached |= following
            waiting += following
        if name in reached:
            what = _("the question “{name}” is only put when it has been answered", name=name)
            yield source.problem(("facts", name, "needed_when"), what, _("Let it depend on other facts."))


def _kinds(pack: Pack, source: Source, library: Library) -> Iterator[Problem]:
    """Things of a kind that nobody keeps."""
    kinds = library.asset_kinds() if pack.things else {}
    for name, thing in pack.things.items():
        if thing.kind is not None and thing.kind not in kinds:
            what = _("there is no kind “{kind}”", kind=thing.kind)
            instead = did_you_mean(thing.kind, kinds) or _("Kinds stand in packs/assets/.")
            yield source.problem(("things", name, "kind"), what, instead)


def _marks(pack: Pack, source: Source) -> Iterator[Problem]:
    if not pack.source:
        yield source.problem((), _("“{key}” is missing", key="source"), _("Say where the figures were read."))
    for number, check in enumerate(pack.checks):
        if check.clause is None:
            yield source.problem(
                ("checks", number), _("the check “{id}” names no clause", id=check.id), _("Add `clause: …`.")
            )


def _before(pack: Pack, source: Source, library: Library) -> Iterator[Problem]:
    group = source.path.parent.parent.name
    if FOLDERS.get(group, pack.kind) != pack.kind:
        what = _("the pack is of kind {kind} and stands in {folder}/", kind=pack.kind, folder=group)
        home = next(folder for folder, kind in FOLDERS.items() if kind == pack.kind)
        yield source.problem(("kind",), what, _("Move it to {folder}/.", folder=home))
    for earlier in pack.supersedes:
        if earlier == pack.id:
            yield source.problem(("supersedes",), _("a pack cannot take its own place"), _("Remove it."))
        elif earlier not in library.ids():
            what = _("there is no pack “{id}”", id=earlier)
            instead = did_you_mean(earlier, library.ids()) or _("`huanxin packs list` names them.")
            yield source.problem(("supersedes",), what, instead)
        elif FOLDERS.get(library.path(earlier).parent.name, pack.kind) != pack.kind:
            what = _("“{id}” is a pack of another kind", id=earlier)
            yield source.problem(("supersedes",), what, _("Name a pack of the same kind, or remove it."))


# Cases ----------------------------------------------------------------------------------------------


def _cases(pack: Pack, source: Source) -> list[Problem]:
    folder = source.path.parent
    if pack.kind == "asset" and not (folder / "cases.yaml").exists():
        return []
    cases, case_source, problems = read_cases(folder)
    if problems:
        return problems
    if pack.kind != "asset" and len(cases) < FEWEST_CASES:
        what = _("worked cases: {n}, of at least {least}", n=len(cases), least=FEWEST_CASES)
        problems.append(case_source.problem((), what, _("Add boundary days, caps and missing facts.")))
    try:
        results = run_cases(pack, folder)
    except PackError as error:
        return problems + list(error.problems)
    for result in results:
        for difference in result.differences:
            what = _("case “{case}”: {difference}", case=result.case.case, difference=difference)
            problems.append(Problem(case_source.path, result.line, what, _("Mend the pack or the case.")))
    return problems
