"""A pack as a document: what a page shows of it, in one language and without code where words will do."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huanxin import policy
from huanxin.foundation.lib import reader
from huanxin.foundation.lib.money import written

if TYPE_CHECKING:
    from huanxin.policy import Decision, Pack

# What the sectors of the kinds are called, in the order of the notice.
SECTORS = {
    "industry": gettext_lazy("Industry"),
    "agriculture": gettext_lazy("Agriculture"),
    "building": gettext_lazy("Building and municipal works"),
    "transport": gettext_lazy("Transport"),
    "education": gettext_lazy("Education"),
    "culture_tourism": gettext_lazy("Culture and tourism"),
    "health": gettext_lazy("Health"),
    "household": gettext_lazy("Households"),
}


@dataclass(frozen=True)
class FactLine:
    """One question: how it is put, what answers it takes, and which paper shows it."""

    name: str
    ask: str
    type: str
    unit: str
    choices: tuple[tuple[str, str], ...]
    proof: str
    example: str


@dataclass(frozen=True)
class CheckLine:
    """One condition in words, with its expression for those who want it."""

    id: str
    says: str
    clause: str
    when: str
    holds: str
    if_not: str
    source: str
    unverified: bool


@dataclass(frozen=True)
class Figure:
    """One value of a parameter: from when it applies, since when it was known."""

    from_on: dt.date
    to_on: dt.date | None
    known_on: dt.date
    value: str
    source: str
    confidence: str
    is_current: bool


@dataclass(frozen=True)
class ParameterLine:
    """A parameter with the history of its figures, newest first."""

    name: str
    says: str
    unit: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class TableLine:
    """A lookup table as it stands in the pack."""

    name: str
    says: str
    file: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    n_rows: int
    source: str
    unverified: bool


@dataclass(frozen=True)
class AmountLine:
    """One case of an amount."""

    part: str
    says: str
    when: str
    pays: str
    bounds: str


@dataclass(frozen=True)
class Document:
    """Everything about a pack that a reader may want to see."""

    title: str
    document: str
    source: str
    unverified: bool
    notes: str
    facts: tuple[FactLine, ...]
    checks: tuple[CheckLine, ...]
    parameters: tuple[ParameterLine, ...]
    tables: tuple[TableLine, ...]
    amounts: tuple[AmountLine, ...]
    shares: tuple[tuple[str, str], ...]
    sources: dict[str, str]
    n_unverified: int


MOST_ROWS = 60


def document_of(pack: Pack, on: dt.date) -> Document:
    """The pack in the reader's language; `on` says which figure is the current one."""
    checks = tuple(
        CheckLine(
            c.id,
            reader.said(c.says),
            reader.said(c.clause),
            c.when or "",
            c.holds,
            c.if_not or "",
            c.source or pack.source,
            (c.confidence or pack.confidence) == "unverified",
        )
        for c in pack.checks
    )
    parameters = tuple(_parameter(pack, name, on) for name in pack.parameters)
    tables = tuple(_table(pack, name) for name in pack.tables)
    n_unverified = sum(c.unverified for c in checks) + sum(t.unverified for t in tables)
    n_unverified += sum(f.confidence == "unverified" for p in parameters for f in p.figures)
    return Document(
        title=reader.said(pack.title),
        document=reader.said(pack.document),
        source=pack.source,
        unverified=pack.confidence == "unverified",
        notes=reader.said(pack.notes),
        facts=_facts(pack),
        checks=checks,
        parameters=parameters,
        tables=tables,
        amounts=_amounts(pack),
        shares=tuple(_share(who, part) for who, part in pack.shares.items()),
        sources=policy.sources(pack),
        n_unverified=n_unverified,
    )


def _share(who: str, part: Decimal) -> tuple[str, str]:
    words = {"centre": _("Centre"), "region": _("Region")}
    return words.get(who, who), f"{(part * 100).normalize():f} %"


@dataclass(frozen=True)
class Reason:
    """One check of a decision in words, with the facts it used."""

    id: str
    says: str
    value: bool | None
    applies: bool | None
    clause: str
    facts: tuple[tuple[str, str], ...]
    unverified: bool


def reasons_of(pack: Pack, decision: Decision) -> list[Reason]:
    """The checks of a decision in the reader's language, in the order of the pack."""
    return [
        Reason(
            c.id,
            reader.said(c.says),
            c.value,
            c.applies,
            reader.said(c.clause),
            tuple((reader.said(pack.facts[n].ask), in_words(pack, n, value)) for n, value in c.facts.items()),
            c.unverified,
        )
        for c in decision.checks
    ]


def part_in_words(pack: Pack, name: str) -> str:
    """What a check, a figure or a table of a pack says; its name where it says nothing."""
    check = next((c for c in pack.checks if c.id == name), None)
    part = check or pack.parameters.get(name) or pack.tables.get(name)
    return (reader.said(part.says) if part else "") or name


def in_words(pack: Pack, name: str, value: object) -> str:
    """A fact's value as a person writes it, with its unit; a dash where it is missing."""
    fact = pack.facts[name]
    if value is None:
        return "–"
    if fact.type == "choice" and value in fact.of:
        return reader.said(fact.of[str(value)])
    if isinstance(value, bool):
        return str(_("Yes") if value else _("No"))
    if fact.unit == "CNY":
        return f"{written(Decimal(str(value)))} {_('yuan')}"
    if isinstance(value, Decimal):
        value = format(value.normalize(), "f")
    return f"{value} {unit_in_words(fact.unit, value)}".strip()


def unit_in_words(unit: str, value: object = None) -> str:
    """A unit as the reader writes it: years, not `a`."""
    zh, en = policy.unit_words(unit, value)
    return reader.said({"zh": zh, "en": en})


def facts_asked(pack: Pack) -> list[str]:
    """The facts that a pack's verdict rests on, in its order; of a benefit all, for its amount.

    A limit inherits every fact of its kind, most of which it never looks at.
    """
    if not pack.judges_assets:
        return list(pack.facts)
    a_day = pack.in_force.from_on if pack.in_force else dt.date(2024, 1, 1)
    nothing_known = policy.decide(pack, {}, a_day, known_on=dt.date.max)
    used = {name for check in nothing_known.checks for name in check.facts} | set(nothing_known.needs)
    return [name for name in pack.facts if name in used]


def _facts(pack: Pack) -> tuple[FactLine, ...]:
    return tuple(
        FactLine(
            name,
            reader.said(fact.ask),
            fact.type,
            unit_in_words(fact.unit),
            tuple((code, reader.said(label)) for code, label in fact.of.items()),
            reader.said(fact.proof),
            "" if fact.example is None else str(fact.example),
        )
        for name, fact in ((name, pack.facts[name]) for name in facts_asked(pack))
    )


def _parameter(pack: Pack, name: str, on: dt.date) -> ParameterLine:
    parameter = pack.parameters[name]
    current = parameter.value_at(on, on)
    figures = tuple(
        Figure(v.from_on, v.to_on, v.since, _figure(v.value), v.source, v.confidence, v is current)
        for v in sorted(parameter.values, key=lambda v: (v.from_on, v.since), reverse=True)
    )
    return ParameterLine(
        name, reader.said(parameter.says), unit_in_words(parameter.unit, current and current.value), figures
    )


def _figure(value: object) -> str:
    return str(_("Yes") if value else _("No")) if isinstance(value, bool) else str(value)


def _table(pack: Pack, name: str) -> TableLine:
    table = pack.tables[name]
    unverified = (table.confidence or pack.confidence) == "unverified"
    if "confidence" in table.columns:
        unverified = "unverified" in table.column("confidence")
    return TableLine(
        name,
        reader.said(table.says),
        table.file,
        table.columns,
        table.rows[:MOST_ROWS],
        len(table.rows),
        table.source or pack.source,
        unverified,
    )


def _amounts(pack: Pack) -> tuple[AmountLine, ...]:
    if pack.amount is None:
        return ()
    found = []
    for part, cases in pack.amount.parts.items():
        for case in cases:
            pays = case.pay if case.pay is not None else f"{case.rate} × {case.base}"
            bounds = " ".join(
                f"{sign} {v}" for sign, v in (("≤", case.cap), ("≥", case.floor)) if v is not None
            )
            found.append(AmountLine(part, reader.said(case.says), case.when or "", str(pays), bounds))
    if pack.amount.cap is not None:
        found.append(AmountLine("", "", "", "", f"≤ {pack.amount.cap}"))
    return tuple(found)
