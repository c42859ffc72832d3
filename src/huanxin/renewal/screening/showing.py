"""What the pages of a run show, put into the reader's words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from huanxin.foundation.lib import reader
from huanxin.foundation.ui import badges, places
from huanxin.foundation.ui.listing import Column
from huanxin.registry import queries as registry
from huanxin.rulebook import queries as rulebook

from . import queries

if TYPE_CHECKING:
    from collections.abc import Iterable

    from huanxin.policy import Decision, Pack, Tally

    from .comparing import Comparison
    from .models import Screening


@dataclass(frozen=True)
class Cell:
    """A number in a table of sums, and the list that it counts."""

    verdict: str
    word: str
    tally: Tally | None


@dataclass(frozen=True)
class Line:
    """One line of a table of sums: a place, a kind, an age."""

    key: str
    name: str
    cells: tuple[Cell, ...]
    n: int


@dataclass(frozen=True)
class CheckLine:
    """One check of a run with its answers."""

    column: str
    pack: str
    says: str
    clause: str
    tally: Any


def lists(run: Screening) -> dict[str, list[tuple[str, str]]]:
    """The choices of a run's filters: its kinds, checks and missing facts."""
    missing: dict[str, str] = {}
    for kind in run.kinds:
        for fact in run.summary.get(kind["id"], {}).get("missing", ()):
            missing[fact["fact"]] = fact_in_words(run, fact["pack"], fact["fact"])
    return {
        "kind": [(k["id"], reader.said(k["title"])) for k in run.kinds],
        "check": [(line.column, line.says) for line in checks(queries.sums(run), packs_of(run))],
        "missing": sorted(missing.items()),
    }


def with_places(runs: Iterable[Screening]) -> list[tuple[Screening, str]]:
    """Runs with the name of the place that each looked at."""
    names = places.names()
    return [(run, names.get(run.place, run.place)) for run in runs]


def verdict_words() -> dict[str, str]:
    """What the verdicts are called in the reader's language."""
    return {verdict: str(word) for verdict, (_shape, word) in badges.VERDICTS.items()}


def overview(run: Screening) -> dict[str, Any]:
    """Counts, leagues, kinds, ages, checks and missing facts, for the top of a run's page."""
    sums = queries.sums(run)
    words, packs = verdict_words(), packs_of(run)
    names = places.names()
    kinds = {kind["id"]: reader.said(kind["title"]) for kind in run.kinds}
    nowhere = _("Place unknown, or not here")
    shown = [v for v in queries.VERDICTS if v in sums.by_verdict]

    def lines(found: dict[Any, dict[str, Tally]], name: Any) -> list[Line]:
        return [
            Line(
                str(key) if key is not None else "",
                name(key),
                tuple(Cell(v, words[v], tallies.get(v)) for v in shown),
                sum(t.n for t in tallies.values()),
            )
            for key, tallies in found.items()
        ]

    leagues = dict(sorted(sums.by_league.items(), key=lambda item: (item[0] == "", item[0])))
    unit = next(iter(sums.units)) if len(sums.units) == 1 else ""
    acting = {
        code: {v: t for v, t in found.items() if v in ("must", "should", "examine")}
        for code, found in leagues.items()
        if code
    }
    return {
        "place": names.get(run.place, run.place),
        "outlines": registry.boundaries(),
        "on_map": lines(acting, lambda code: names.get(code, code)),
        "sums": sums,
        "unverified": [
            (
                pack.id,
                reader.said(pack.title),
                [rulebook.part_in_words(pack, n) for n in sums.unverified[pack.id]],
            )
            for pack in packs
            if pack.id in sums.unverified
        ],
        "unit": unit,
        "shown": [(v, words[v]) for v in shown],
        "verdicts": [Cell(v, words[v], sums.by_verdict[v]) for v in shown],
        "leagues": lines(leagues, lambda code: names.get(code, code) if code else nowhere),
        "by_kind": lines(sums.by_kind, lambda kind: kinds[kind]),
        "by_sector": lines(sums.by_sector, lambda sector: str(rulebook.SECTORS.get(sector, sector))),
        "ages": lines(dict(sorted(sums.by_age.items(), key=_undated_last)), age_in_words),
        "checks": checks(sums, packs),
        "missing": [(m, fact_in_words(run, m.pack, m.fact)) for m in sums.missing],
        "problems": run.problems,
    }


def _undated_last(item: tuple[int | None, Any]) -> tuple[bool, int]:
    return item[0] is None, item[0] or 0


def age_in_words(age: int | None) -> str:
    if age is None:
        return _("undated")
    if age < 0:
        return _("not yet in service")
    return _("{first} to {last} years").format(first=age, last=age + 4)


def packs_of(run: Screening) -> list[Pack]:
    """The packs of a run as they were then; those that failed are left out."""
    return [rulebook.by_digest(p["digest"]) for p in run.packs if p["id"] not in run.problems]


def checks(sums: queries.Sums, among: list[Pack]) -> list[CheckLine]:
    """Every check of a run in words, in the order of its packs."""
    packs = {pack.id: pack for pack in among}
    found = []
    for tally in sums.checks:
        check = next(c for c in packs[tally.pack].checks if c.id == tally.check)
        clause = reader.said(check.clause)
        found.append(
            CheckLine(f"{tally.pack}.{tally.check}", tally.pack, reader.said(check.says), clause, tally)
        )
    return found


def columns(
    run: Screening, rows: Iterable[queries.Verdict], missing: list[tuple[str, str]]
) -> list[Column[queries.Verdict]]:
    """What the list of a run shows of these things; `missing` has the facts in words."""
    identities = registry.identities_shown(row.asset for row in rows)
    names = places.names()
    asks = dict(missing)
    units = {kind["id"]: kind["unit"] for kind in run.kinds}

    def name(row: queries.Verdict) -> object:
        shown = row.name or str(row.asset)
        return format_html("{} {}", shown, badges.made_up()) if row.sample else shown

    def measure(row: queries.Verdict) -> object:
        return "" if row.measure is None else f"{row.measure.normalize():,f} {units[row.kind]}".strip()

    return [
        Column(
            _("Name"),
            name,
            link=lambda row: reverse("renewal:reasons", args=[run.pk, row.asset]),
            is_main=True,
        ),
        Column(_("Identity"), lambda row: identities.get(row.asset, "")),
        Column(_("Place"), lambda row: names.get(row.place or "", _("Place unknown"))),
        Column(_("Measure"), measure, is_number=True),
        Column(_("In service since"), lambda row: row.in_service_year, is_number=True),
        Column(_("Verdict"), lambda row: badges.verdict(row.verdict)),
        Column(_("Missing facts"), lambda row: ", ".join(asks.get(fact, fact) for fact in row.missing)),
    ]


def decisions(
    found: queries.Reasons,
) -> list[tuple[Pack, str, Decision, list[rulebook.Reason], list[str]]]:
    """Each pack's decision with its document and its checks in words, and the questions still open."""
    return [
        (
            pack,
            reader.said(pack.document),
            decision,
            rulebook.reasons_of(pack, decision),
            [reader.said(pack.facts[name].ask) for name in decision.needs],
        )
        for pack, decision in found.decisions
    ]


def causes(found: Comparison, run: Screening, earlier: Screening) -> list[tuple[Any, str]]:
    """What changed verdicts, each as a sentence."""
    sentences = []
    for cause in found.causes:
        if cause.what in ("rule", "day"):
            says = check_in_words(cause.pack, cause.name, run, earlier)
            text = (
                _("The rule “{says}” was changed")
                if cause.what == "rule"
                else _("The day moved past “{says}”")
            ).format(says=says)
        elif cause.what == "fact":
            text = _("The fact “{fact}” was changed").format(fact=_fact_of(run, cause.kind, cause.name))
        else:
            text = _("New in the registry") if cause.what == "arrived" else _("No longer in the registry")
            text = _("%(what)s: %(kind)s") % {"what": text, "kind": _kind_in_words(cause.kind, run, earlier)}
        sentences.append((cause, text))
    return sentences


def _kind_in_words(kind_id: str, *some_runs: Screening) -> str:
    titles = (kind["title"] for run in some_runs for kind in run.kinds if kind["id"] == kind_id)
    return reader.said(next(titles, None)) or kind_id


def changed_packs(found: Comparison, run: Screening, earlier: Screening) -> list[tuple[str, str]]:
    """The packs whose text differs, each with its title."""
    pinned = {p["id"]: p["digest"] for p in (*earlier.packs, *run.packs)}
    return [(name, reader.said(rulebook.by_digest(pinned[name]).title)) for name in found.changed_packs]


def check_in_words(pack_id: str, check_id: str, *some_runs: Screening) -> str:
    """The text of a check as it stood in the first of these runs that has it."""
    for run in some_runs:
        for pinned in run.packs:
            if pinned["id"] == pack_id:
                for check in rulebook.by_digest(pinned["digest"]).checks:
                    if check.id == check_id:
                        return reader.said(check.says)
    return f"{pack_id}.{check_id}"


def fact_in_words(run: Screening, pack_id: str, name: str) -> str:
    pinned = next((p for p in run.packs if p["id"] == pack_id), None)
    pack = rulebook.by_digest(pinned["digest"]) if pinned else None
    return reader.said(pack.facts[name].ask) if pack and name in pack.facts else name


def _fact_of(run: Screening, kind: str, name: str) -> str:
    pinned = next((p for p in run.packs if p["for"] == kind), None)
    return fact_in_words(run, pinned["id"], name) if pinned else name
