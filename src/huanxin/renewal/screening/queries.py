"""What screenings found: runs, verdicts, sums, and the reasons of one thing."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb

from huanxin import policy
from huanxin.foundation.lib.pages import Page
from huanxin.policy import Decision, Pack, Summary, Tally
from huanxin.registry import queries as registry
from huanxin.rulebook import queries as rulebook

from . import comparing
from .models import Screening, State
from .results import columns_of, quoted, read, text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from django.db.models import QuerySet

VERDICTS = ("must", "should", "examine", "undecided", "fine", "outside")
ORDERS = {
    "asset": "0",
    "oldest": "coalesce(in_service_year, 9999)",
    "largest": "coalesce(-measure, 0)",
}
ANSWERS = {"yes": "{}", "no": "NOT {}", "unknown": "{} IS NULL"}


class BadFilter(ValueError):
    """A filter names something that this run does not have."""


@dataclass(frozen=True)
class Filters:
    """What a list shows. `check` is `<pack>.<check>`, `answer` one of yes, no, unknown.

    `areas` are beginnings of place codes outside of which nothing is shown; none means everywhere.
    """

    kind: str = ""
    verdict: str = ""
    place: str = ""
    check: str = ""
    answer: str = "no"
    missing: str = ""
    order: str = "asset"
    areas: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """One thing of a run as a list shows it."""

    kind: str
    asset: int
    place: str | None
    name: str | None
    measure: Decimal | None
    in_service_year: int | None
    sample: bool
    verdict: str
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Verdicts(Page[Verdict]):
    """A page of a run's list, and how many rows there are in all."""

    n: int = 0
    is_more: bool = False


@dataclass
class Sums:
    """Counts and sums of a run, by everything that people ask for.

    `units` has one entry where the sums of all kinds can be added.
    """

    n: int = 0
    units: set[str] = field(default_factory=set)
    by_verdict: dict[str, Tally] = field(default_factory=dict)
    by_place: dict[str, dict[str, Tally]] = field(default_factory=dict)
    by_league: dict[str, dict[str, Tally]] = field(default_factory=dict)
    by_sector: dict[str, dict[str, Tally]] = field(default_factory=dict)
    by_kind: dict[str, dict[str, Tally]] = field(default_factory=dict)
    by_age: dict[int | None, dict[str, Tally]] = field(default_factory=dict)
    checks: list[policy.CheckTally] = field(default_factory=list)
    missing: list[policy.Missing] = field(default_factory=list)
    unverified: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Reasons:
    """Why a thing got its verdicts in a run: the facts and the packs as they were then."""

    run: Screening
    verdict: Verdict
    facts: dict[str, Any]
    decisions: tuple[tuple[Pack, Decision], ...]


def runs() -> QuerySet[Screening]:
    """All runs, newest first, with who asked for them; the sums are left out."""
    return Screening.objects.select_related("by").defer("summary").order_by("-id")


def summaries(run: Screening) -> dict[str, Summary]:
    """What the engine counted, by kind."""
    return {kind: Summary.from_json({"seconds": 0.0, **plain}) for kind, plain in run.summary.items()}


def verdicts(run: Screening, filters: Filters = Filters(), after: str = "", limit: int = 50) -> Verdicts:
    """A page of a run's list, by key and not by number: any page of a million costs about the same.

    `after` is the `next` of the page before. Raises `BadFilter`.
    """
    connection = duckdb.connect()
    try:
        source, values = _filtered(connection, run, filters)
        row = connection.execute(f"SELECT count(*) FROM ({source})", values).fetchone()
        n = int(row[0]) if row else 0
        key = ORDERS[filters.order]
        where = ""
        if after:
            sort, kind, asset = after.split("|")
            where = "WHERE (sort, kind, asset) > (CAST(? AS DECIMAL(18,4)), ?, CAST(? AS BIGINT))"
            values = [*values, sort, kind, asset]
        found = connection.execute(
            f"SELECT kind, asset, place, name, measure, in_service_year, sample, verdict, missing, sort"
            f" FROM (SELECT *, CAST({key} AS DECIMAL(18,4)) AS sort FROM ({source})) {where}"
            f" ORDER BY sort, kind, asset LIMIT {int(limit) + 1}",
            values,
        ).fetchall()
    except (ValueError, KeyError, duckdb.ConversionException) as wrong:
        if isinstance(wrong, BadFilter):
            raise
        raise BadFilter(str(wrong)) from wrong
    finally:
        connection.close()
    shown = found[:limit]
    rows = tuple(_verdict(row[:9]) for row in shown)
    further = f"{shown[-1][9]}|{shown[-1][0]}|{shown[-1][1]}" if len(found) > limit else None
    return Verdicts(rows, next=further, n=n)


def all_rows(run: Screening, filters: Filters) -> Iterator[tuple[list[str], list[tuple[Any, ...]]]]:
    """The whole filtered list in blocks, with its column names first; every check is a column of one kind."""
    connection = duckdb.connect()
    try:
        source, values = _filtered(connection, run, filters, every_column=True)
        connection.execute(f"SELECT * FROM ({source}) ORDER BY kind, asset", values)
        names = [column[0] for column in connection.description or []]
        yield names, []
        while block := connection.fetchmany(5000):
            yield names, block
    finally:
        connection.close()


def write_parquet(run: Screening, filters: Filters, out: Any) -> None:
    """The whole filtered list as a Parquet file; no row goes through Python."""
    connection = duckdb.connect()
    try:
        source, values = _filtered(connection, run, filters, every_column=True)
        connection.execute(
            f"COPY (SELECT * FROM ({source}) ORDER BY kind, asset) TO {text(out)}"
            " (FORMAT parquet, COMPRESSION zstd)",
            values,
        )
    finally:
        connection.close()


def _filtered(
    connection: duckdb.DuckDBPyConnection, run: Screening, filters: Filters, *, every_column: bool = False
) -> tuple[str, list[object]]:
    """The rows of a run that the filters let through, as SQL with its values."""
    kinds = [kind for kind in run.summary if filters.kind in ("", kind)]
    if not kinds:
        raise BadFilter(filters.kind)
    conditions = ["true"]
    values: list[object] = []
    if filters.verdict:
        conditions.append("verdict = ?")
        values.append(filters.verdict)
    if filters.place == "unknown":
        conditions.append("place IS NULL")
    elif filters.place:
        conditions.append("starts_with(place, ?)")
        values.append(prefix(filters.place))
    if filters.areas:
        conditions.append(f"({' OR '.join('starts_with(place, ?)' for _area in filters.areas)})")
        values += filters.areas
    if filters.missing:
        conditions.append("list_contains(missing, ?)")
        values.append(filters.missing)
    if filters.check:
        kinds = [k for k in kinds if filters.check in columns_of(connection, run.results(k))]
        if not kinds or filters.answer not in ANSWERS:
            raise BadFilter(filters.check)
        conditions.append(ANSWERS[filters.answer].format(quoted(filters.check)))
        conditions.append(f"{quoted(filters.check.rpartition('.')[0])} <> 'outside'")
    wanted = "*" if every_column else "asset, place, name, measure, in_service_year, sample, verdict, missing"
    parts = [
        f"SELECT {text(kind)} AS kind, {wanted} FROM {read(run.results(kind))}"
        f" WHERE {' AND '.join(conditions)}"
        for kind in kinds
    ]
    return " UNION ALL BY NAME ".join(parts), values * len(parts)


def prefix(place: str) -> str:
    """The part of a place's code that its inner places share: 152500 is 1525, 150000 is 15."""
    return place[:2] if place[2:] == "0000" else place[:4] if place[4:] == "00" else place


def verdict_of(asset: int) -> tuple[Screening, Verdict] | None:
    """The latest verdict on a thing and the run that gave it; looks through the last 20 finished runs."""
    for run in runs().filter(state=State.DONE)[:20]:
        found = _row_of(run, asset)
        if found is not None:
            return run, found
    return None


def _verdict(row: Sequence[Any]) -> Verdict:
    kind, asset, place, name, measure, in_service_year, sample, verdict, missing = row
    return Verdict(kind, asset, place, name, measure, in_service_year, sample, verdict, tuple(missing or ()))


def _row_of(run: Screening, asset: int) -> Verdict | None:
    connection = duckdb.connect()
    try:
        for kind in run.kind_ids:
            if not run.results(kind).exists():
                continue
            row = connection.execute(
                "SELECT asset, place, name, measure, in_service_year, sample, verdict, missing"
                f" FROM {read(run.results(kind))} WHERE asset = ?",
                [asset],
            ).fetchone()
            if row is not None:
                return _verdict((kind, *row))
    finally:
        connection.close()
    return None


def reasons(asset: int, run: Screening) -> Reasons | None:
    """Every check of every pack of a run on one thing, by the packs and the facts as they were then."""
    found = _row_of(run, asset)
    if found is None:
        return None
    connection = duckdb.connect()
    try:
        cursor = connection.execute(f"SELECT * FROM {read(run.cases(found.kind))} WHERE asset = ?", [asset])
        names = [column[0] for column in cursor.description or []]
        facts = dict(zip(names, cursor.fetchone() or (), strict=True))
    finally:
        connection.close()
    decisions = []
    for pinned in run.packs:
        if pinned["for"] == found.kind and pinned["id"] not in run.problems:
            pack = rulebook.by_digest(pinned["digest"])
            known = {name: value for name, value in facts.items() if name in pack.facts}
            decisions.append((pack, policy.decide(pack, known, run.on, run.known_on)))
    return Reasons(run, found, facts, tuple(decisions))


def sums(run: Screening) -> Sums:
    """A finished run's counts by verdict, place, league, sector, kind, age and check, out of its summary."""
    kinds = {kind["id"]: kind for kind in run.kinds}
    found = Sums(units={kinds[k]["unit"] for k in run.summary})
    one_unit = len(found.units) == 1
    for kind, summary in summaries(run).items():
        found.n += summary.n
        found.checks += summary.by_check
        found.missing += summary.missing
        found.unverified |= {pack: names for pack, names in summary.unverified.items() if names}
        for row in summary.rows:
            one = Tally(row["n"], row["measure"])
            verdict, place = row["verdict"], row.get("place") or ""
            added = one if one_unit else Tally(one.n, None)
            _add(found.by_verdict, verdict, added)
            _add(found.by_place.setdefault(place, {}), verdict, added)
            _add(found.by_league.setdefault(place[:4], {}), verdict, added)
            _add(found.by_sector.setdefault(kinds[kind]["sector"], {}), verdict, added)
            _add(found.by_kind.setdefault(kind, {}), verdict, one)
        for row in run.summary[kind].get("ages", ()):
            measure = Decimal(row["measure"]) if row["measure"] is not None and one_unit else None
            _add(found.by_age.setdefault(row["age"], {}), row["verdict"], Tally(row["n"], measure))
    found.missing.sort(key=lambda m: -m.n)
    return found


def _add(to: dict[str, Tally], verdict: str, more: Tally) -> None:
    before = to.get(verdict, Tally(0, None))
    known = [m for m in (before.measure, more.measure) if m is not None]
    to[verdict] = Tally(before.n + more.n, sum(known, Decimal(0)) if known else None)


def compare(run: Screening, earlier: Screening) -> comparing.Comparison:
    """What changed between two finished runs, and which rule, fact or day did it. Raises `ValueError`."""
    return comparing.compare(run, earlier)


def comparable(run: Screening) -> list[Screening]:
    """Of the last 20 finished runs before this one, those that judged some of the same kinds."""
    before = runs().filter(state=State.DONE, pk__lt=run.pk)[:20]
    return [one for one in before if set(one.kind_ids) & set(run.kind_ids)]


def screenable(on: dt.date) -> dict[str, list[Pack]]:
    """The kinds of things on which a limit or duty is in force that day, with the packs."""
    found = {kind: rulebook.packs_for(kind, on) for kind in registry.kinds()}
    return {kind: packs for kind, packs in found.items() if packs}
