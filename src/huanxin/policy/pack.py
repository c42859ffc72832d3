"""The parts of a policy pack, whole and frozen; how they are read from files is in `reading`."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import json
import re
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from .facts import Fact, Text, Value

Kind = Literal["asset", "benefit", "limit", "duty", "integrity"]
Subject = Literal["claim", "asset", "project"]
Confidence = Literal["seen", "official", "unverified"]
Severity = Literal["must", "should", "examine"]
Rounding = Literal["half_up", "half_even", "down", "up"]
Sector = Literal[
    "industry", "agriculture", "building", "transport", "education", "culture_tourism", "health", "household"
]

SEVERITIES: tuple[Severity, ...] = ("must", "should", "examine")
ASSET_VERDICTS = (*SEVERITIES, "undecided", "fine", "outside")
CLAIM_VERDICTS = ("eligible", "ineligible", "undecided")

_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_PLAIN_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def _scalar(value: object) -> object:
    """Dates and numbers come as strings from the canonical form and from quoted YAML."""
    if isinstance(value, str):
        if _ISO_DAY.fullmatch(value):
            return dt.date.fromisoformat(value)
        if _PLAIN_NUMBER.fullmatch(value):
            return Decimal(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    return value


def _expression(value: object) -> object:
    """YAML reads `pay: 0` and `holds: true` as a number and a truth value; here both are expressions."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return str(value)
    return f"DATE '{value.isoformat()}'" if isinstance(value, dt.date) else value


def _many(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Scalar = Annotated[bool | Decimal | dt.date | str, BeforeValidator(_scalar)]
Expression = Annotated[str, BeforeValidator(_expression)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class InForce(_Part):
    """From when to when a pack applies, which fact dates a case, and until when one may apply."""

    from_on: dt.date = Field(alias="from")
    to_on: dt.date | None = Field(default=None, alias="to")
    dated_by: str | None = None
    apply_by: dt.date | None = None
    clause: Text | None = None
    source: str = ""
    confidence: Confidence | None = None


class DatedValue(_Part):
    """One value of a parameter: from when it applies, since when it was known, and where it stands."""

    from_on: dt.date = Field(alias="from")
    to_on: dt.date | None = Field(default=None, alias="to")
    known_on: dt.date | None = Field(default=None, alias="known")
    value: Scalar
    source: str
    confidence: Confidence
    note: str = ""

    @property
    def since(self) -> dt.date:
        return self.known_on or self.from_on


class Parameter(_Part):
    """A figure of the document, dated on two axes."""

    unit: str = ""
    says: Text | None = None
    values: tuple[DatedValue, ...] = Field(min_length=1)

    def steps(self, known_on: dt.date) -> list[tuple[dt.date, dt.date | None, DatedValue]]:
        """The values as known on that day, as `(first day, last day or None, value)`, latest first."""
        known = [v for v in self.values if v.since <= known_on]
        best: dict[dt.date, DatedValue] = {}
        for value in sorted(known, key=lambda v: v.since):
            best[value.from_on] = value
        found: list[tuple[dt.date, dt.date | None, DatedValue]] = []
        until: dt.date | None = None
        for from_on in sorted(best, reverse=True):
            value = best[from_on]
            last = min((day for day in (until, value.to_on) if day is not None), default=None)
            found.append((from_on, last, value))
            until = max(from_on, dt.date(1, 1, 2)) - dt.timedelta(days=1)
        return found

    def value_at(self, day: dt.date, known_on: dt.date) -> DatedValue | None:
        for first, last, value in self.steps(known_on):
            if first <= day:
                return value if last is None or day <= last else None
        return None


class Match(_Part):
    """How a name meets a table: one column exactly, or a column for each end of a range."""

    column: str | None = None
    from_: str | None = Field(default=None, alias="from")
    above: str | None = None
    to: str | None = None
    below: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _bare_column(cls, value: object) -> object:
        return {"column": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _is_one_or_the_other(self) -> Match:
        low, high = (self.from_, self.above), (self.to, self.below)
        if self.column is not None:
            if any(low) or any(high):
                raise ValueError("name one column, or from/above and to/below, not both")
        elif sum(map(bool, low)) > 1 or sum(map(bool, high)) > 1 or not (any(low) or any(high)):
            raise ValueError("a range has one of from/above and one of to/below")
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(c for c in (self.column, self.from_, self.above, self.to, self.below) if c)


class Given(_Part):
    """A column of a table that expressions may use."""

    type: Literal["date", "decimal", "text", "boolean"] | None = None
    unit: str = ""
    places: int | None = Field(default=None, ge=0, le=8)


class Table(_Part):
    """A lookup table, its cells as they stand in the CSV."""

    file: str
    match: dict[str, Match] = Field(min_length=1)
    gives: dict[str, Given] = Field(min_length=1)
    gaps: Literal["allowed", "refused"] = "refused"
    says: Text | None = None
    source: str = ""
    confidence: Confidence | None = None
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _short_gives(cls, value: object) -> object:
        if isinstance(value, dict) and isinstance(value.get("gives"), str | list | tuple):
            names = value["gives"]
            return {**value, "gives": {n: {} for n in ([names] if isinstance(names, str) else names)}}
        return value

    def column(self, name: str) -> tuple[str, ...]:
        at = self.columns.index(name)
        return tuple(row[at] for row in self.rows)


class Derived(_Part):
    """A value reckoned from facts, named because more than one check uses it or a reader wants to see it."""

    is_: Expression = Field(alias="is")
    says: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, value: object) -> object:
        return value if isinstance(value, dict) else {"is": value}


class Check(_Part):
    """One condition, with the clause it stands in."""

    id: str
    says: Text
    clause: Text | None = None
    when: Expression | None = None
    holds: Expression
    if_not: Severity | None = None
    source: str = ""
    confidence: Confidence | None = None


class AmountCase(_Part):
    """One line of an amount: when it applies, and what it pays outright or as rate × base."""

    when: Expression | None = None
    otherwise: bool = False
    pay: Expression | None = None
    rate: Expression | None = None
    base: Expression | None = None
    cap: Expression | None = None
    floor: Expression | None = None
    says: Text | None = None

    @model_validator(mode="after")
    def _pays_one_way(self) -> AmountCase:
        if (self.when is None) == (not self.otherwise):
            raise ValueError("a case has either `when: …` or `otherwise: true`")
        if (self.pay is None) == (self.rate is None) or (self.rate is None) != (self.base is None):
            raise ValueError("a case has either `pay: …` or `rate: …` with `base: …`")
        return self


class Amount(_Part):
    """What is paid: parts that add up, each the first of its cases that applies, under a common cap."""

    parts: dict[str, tuple[AmountCase, ...]] = Field(min_length=1)
    cap: Expression | None = None

    @model_validator(mode="before")
    @classmethod
    def _single_part(cls, value: object) -> object:
        return {"parts": {"amount": value}} if isinstance(value, list | tuple) else value


class RoundingRule(_Part):
    places: int = Field(default=2, ge=0, le=2)
    mode: Rounding = "half_up"
    source: str = ""
    confidence: Confidence = "unverified"


class Identity(_Part):
    """The fact that tells one thing from every other, and how it is normalised and checked."""

    fact: str
    scheme: Literal["vin", "serial", "registration", "public"]


class Thing(_Part):
    """A thing that a claim is about, told from every other by its identity.

    `kind` names a kind of packs/assets, whose identity it is; `scheme` stands where no such kind is kept.
    """

    kind: str | None = None
    scheme: Literal["vin", "serial", "registration", "public"] | None = None
    role: Literal["old", "new"] = "new"
    ask: Text
    proof: Text | None = None
    needed_when: Expression | None = None
    example: str = ""

    @model_validator(mode="after")
    def _is_told_one_way(self) -> Thing:
        if (self.kind is None) == (self.scheme is None):
            raise ValueError("a thing has either `kind: …` or `scheme: …`")
        return self


class Pack(_Part):
    """One document line as data. Frozen; equal packs have equal digests.

    Source of the format: docs/pack-format.md.
    """

    id: str = Field(alias="pack")
    title: Text
    kind: Kind
    subject: Subject = "asset"
    asset: str | None = None
    document: Text | None = None
    source: str = ""
    confidence: Confidence = "unverified"
    in_force: InForce | None = None
    supersedes: Annotated[tuple[str, ...], BeforeValidator(_many)] = ()
    once_per: Annotated[tuple[str, ...], BeforeValidator(_many)] = ()
    once_group: str = ""
    things: dict[str, Thing] = Field(default_factory=dict)
    shares: dict[str, Decimal] = Field(default_factory=dict)
    notes: Text | None = None
    facts: dict[str, Fact] = Field(default_factory=dict)
    parameters: dict[str, Parameter] = Field(default_factory=dict)
    tables: dict[str, Table] = Field(default_factory=dict)
    derived: dict[str, Derived] = Field(default_factory=dict)
    applies_when: Expression | None = None
    checks: tuple[Check, ...] = ()
    amount: Amount | None = None
    rounding: RoundingRule = RoundingRule()
    # Kinds of things (packs/assets) only:
    sector: Sector | None = None
    identity: Identity | None = None
    name: str | None = None
    in_service: str | None = None
    measure: str | None = None
    columns: tuple[str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _name_the_facts(cls, value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("facts"), dict):
            facts = {n: {**f, "name": n} if isinstance(f, dict) else f for n, f in value["facts"].items()}
            return {**value, "facts": facts}
        return value

    @property
    def judges_assets(self) -> bool:
        """Whether the verdicts are must/should/examine/fine rather than eligible/ineligible."""
        return self.kind in ("limit", "duty")

    @property
    def verdicts(self) -> tuple[str, ...]:
        return ASSET_VERDICTS if self.judges_assets else CLAIM_VERDICTS

    @functools.cached_property
    def digest(self) -> str:
        """Sha256 of the canonical form, in hexadecimal: the same rules have the same digest anywhere."""
        return hashlib.sha256(self.canonical()).hexdigest()

    def canonical(self) -> bytes:
        """The whole pack, tables and inherited facts included, as JSON.

        The order of facts, shares and parts is kept: it is the order of the questions, and the last of the
        shares bears the cent that rounding leaves.
        """
        plain = self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        return json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode()

    @classmethod
    def from_canonical(cls, canonical: bytes) -> Pack:
        """The pack that `canonical` was made of, with the same digest."""
        return cls.model_validate(json.loads(canonical))

    def __hash__(self) -> int:
        return hash(self.digest)

    def figures_since(self, known_on: dt.date) -> dt.date:
        """The day since which the figures known on `known_on` were known; the same for all days with the
        same."""
        days = [v.since for p in self.parameters.values() for v in p.values if v.since <= known_on]
        return max(days, default=dt.date.min)

    def known(self, name: str, day: dt.date, known_on: dt.date) -> Value | None:
        """The value of a parameter for a case of `day` as known on `known_on`."""
        value = self.parameters[name].value_at(day, known_on)
        return None if value is None else value.value
