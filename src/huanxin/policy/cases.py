"""Worked cases: what a pack should say of them, and what it says."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from .deciding import BadFacts, Decision, decide
from .facts import FactError, Text
from .mistakes import schema_problems
from .show import VERDICT_WORDS
from .source import PackError, Problem, Source
from .spelling import did_you_mean
from .wording import Message, reading_language
from .wording import Message as _

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from .pack import Pack


class Expected(BaseModel):
    """What a case should come to; what is not named is not looked at."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    verdict: str | None = None
    amount: Decimal | None = None
    checks: dict[str, bool | None] = Field(default_factory=dict)
    needs: tuple[str, ...] | None = None


class Case(BaseModel):
    """One worked case of `cases.yaml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    case: Text
    on: dt.date
    known_on: dt.date | None = None
    facts: dict[str, Any] = Field(default_factory=dict)
    expect: Expected


@dataclass(frozen=True)
class CaseResult:
    """A case as it came out; `differences` is empty where it came out as expected."""

    case: Case
    line: int
    decision: Decision | None
    differences: tuple[Message, ...]

    @property
    def passed(self) -> bool:
        return not self.differences

    @property
    def title(self) -> str:
        return self.case.case.say(reading_language())


def read_cases(folder: Path) -> tuple[list[tuple[Case, int]], Source, list[Problem]]:
    """The cases of a pack with their lines, and what is wrong with the file; no file means no cases."""
    source = Source(folder / "cases.yaml")
    if source.problems:
        return [], source, list(source.problems)
    if not isinstance(source.data, list):
        return [], source, [source.problem((), _("cases are a list"), _("Begin each with `- case: …`."))]
    cases: list[tuple[Case, int]] = []
    problems: list[Problem] = []
    for number, plain in enumerate(source.data):
        try:
            cases.append((Case.model_validate(plain), source.line((number,))))
        except ValidationError as error:
            problems += schema_problems(source, error, Case, under=(number,))
    return cases, source, problems


def run_cases(pack: Pack, folder: Path) -> list[CaseResult]:
    """Decide every case of `folder/cases.yaml`. Raises `PackError` where the file cannot be read."""
    cases, _source, problems = read_cases(folder)
    if problems:
        raise PackError(problems)
    return [_run(pack, case, line) for case, line in cases]


def _run(pack: Pack, case: Case, line: int) -> CaseResult:
    try:
        decision = decide(pack, case.facts, case.on, case.known_on)
    except BadFacts as error:
        found = tuple(
            _("the fact “{name}”: {what}", name=n, what=e.of_file() if isinstance(e, FactError) else e)
            for n, e in error.errors.items()
        )
        return CaseResult(case, line, None, found)
    except duckdb.Error as error:
        # A sum too large, a day beyond the calendar: this case's mistake, and no other's.
        why = _("the database could not work it out: {why}", why=str(error).splitlines()[0])
        return CaseResult(case, line, None, (why,))
    return CaseResult(case, line, decision, tuple(_differences(pack, case.expect, decision)))


def _differences(pack: Pack, expected: Expected, decision: Decision) -> list[Message]:
    def differ(what: Message, wanted: object, found: object) -> Message:
        return _(
            "{what}: expected {wanted}, found {found}", what=what, wanted=_plain(wanted), found=_plain(found)
        )

    found: list[Message] = []
    if expected.verdict is not None and expected.verdict not in pack.verdicts:
        words = "; ".join(pack.verdicts)
        found.append(
            _(
                "“{word}” is no verdict of this kind of pack; write one of: {words}",
                word=expected.verdict,
                words=words,
            )
        )
    elif expected.verdict is not None and expected.verdict != decision.verdict:
        found.append(differ(_("verdict"), _verdict(expected.verdict), _verdict(decision.verdict)))
    if "amount" in expected.model_fields_set and expected.amount != decision.amount:
        found.append(differ(_("amount"), expected.amount, decision.amount))
    values = {check.id: check.value for check in decision.checks}
    for name, wanted in expected.checks.items():
        if name not in values:
            found.append(_no_check(name, values))
        elif values[name] is not wanted:
            found.append(differ(_("check “{id}”", id=name), wanted, values[name]))
    if expected.needs is not None and set(expected.needs) != set(decision.needs):
        found.append(differ(_("facts still needed"), expected.needs, decision.needs))
    return found


def _no_check(name: str, known: Iterable[str]) -> Message:
    meant = did_you_mean(name, known)
    return (
        _("there is no check “{id}”. {meant}", id=name, meant=meant)
        if meant
        else _("there is no check “{id}”", id=name)
    )


def _verdict(word: str) -> Message:
    """A verdict as people read it, with the code that a case needs."""
    return _("{label} ({code})", label=VERDICT_WORDS[word], code=word)


def _plain(value: object) -> object:
    if isinstance(value, Message):
        return value
    words = {None: "null", True: "true", False: "false"}
    if value is None or isinstance(value, bool):
        return words[value]
    return "[" + ", ".join(map(str, value)) + "]" if isinstance(value, tuple) else str(value)
