"""A run on the terminal: what a person reads, and what a script reads."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from rich.table import Table

from huanxin.foundation.lib import reader

from . import queries, showing
from .showing import verdict_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from huanxin.policy import CheckTally, Tally

    from .models import Screening


def as_json(run: Screening) -> dict[str, Any]:
    """Counts and sums by verdict, place and check; names and shapes stay (docs/pack-format.md)."""
    sums = queries.sums(run)
    return {
        "run": run.pk,
        "kinds": run.kind_ids,
        "place": run.place or None,
        "on": run.on.isoformat(),
        "known_on": run.known_on.isoformat(),
        "packs": [{"id": p["id"], "digest": p["digest"]} for p in run.packs],
        "result_digest": run.result_digest,
        "has_samples": run.has_samples,
        "problems": run.problems,
        "n": sums.n,
        "unit": next(iter(sums.units)) if len(sums.units) == 1 else None,
        "by_verdict": _tallies(sums.by_verdict),
        "by_place": {place or "unknown": _tallies(found) for place, found in sorted(sums.by_place.items())},
        "by_league": {place or "unknown": _tallies(found) for place, found in sorted(sums.by_league.items())},
        "by_kind": {kind: _tallies(found) for kind, found in sums.by_kind.items()},
        "by_sector": {sector: _tallies(found) for sector, found in sums.by_sector.items()},
        "by_check": [_check(check) for check in sums.checks],
        "missing": [{"pack": m.pack, "fact": m.fact, "n": m.n} for m in sums.missing],
        "unverified": sums.unverified,
    }


def _tally(tally: Tally) -> dict[str, Any]:
    return {"n": tally.n, "measure": None if tally.measure is None else format(tally.measure, "f")}


def _tallies(found: Mapping[str, Tally]) -> dict[str, Any]:
    return {verdict: _tally(found[verdict]) for verdict in queries.VERDICTS if verdict in found}


def _check(check: CheckTally) -> dict[str, Any]:
    answers = {name: _tally(getattr(check, name)) for name in ("yes", "no", "cannot_tell")}
    return {"pack": check.pack, "check": check.check, "if_not": check.if_not, **answers}


def show(run: Screening, console: Console, *, places: Mapping[str, str]) -> None:
    """The same for a person: verdicts, checks, leagues, and which facts are missing."""
    sums = queries.sums(run)
    unit = next(iter(sums.units)) if len(sums.units) == 1 else ""
    words = verdict_words()
    said = [reader.said(kind["title"]) for kind in run.kinds]
    console.print(
        _("Run {number}: {kinds}, on {on}, {n} things").format(
            number=run.pk, kinds=", ".join(said), on=run.on, n=f"{sums.n:,}"
        )
    )
    if run.has_samples:
        console.print(_("Holds made-up things: not for official use."), style="yellow")
    table = Table(_("Verdict"), *_numbers(unit))
    for verdict in queries.VERDICTS:
        if verdict in sums.by_verdict:
            table.add_row(str(words[verdict]), *_cells(sums.by_verdict[verdict], unit))
    console.print(table)
    console.print(_checks(run, sums, unit))
    console.print(_leagues(sums, places))
    if sums.missing:
        table = Table(_("Missing fact"), _("Pack"), _("Cannot tell for"))
        for missing in sums.missing:
            asked = showing.fact_in_words(run, missing.pack, missing.fact)
            table.add_row(f"{asked} ({missing.fact})", missing.pack, f"{missing.n:,}")
        console.print(table)
    for pack, names in sums.unverified.items():
        console.print(
            _("Unverified in {pack}: {names}").format(
                pack=_pack_in_words(run, pack), names="; ".join(_part_in_words(run, pack, n) for n in names)
            ),
            style="yellow",
        )
    for pack, why in run.problems.items():
        console.print(_("{pack} could not be carried out: {why}").format(pack=pack, why=why), style="red")


def _pack_in_words(run: Screening, pack_id: str) -> str:
    return next((reader.said(p["title"]) for p in run.packs if p["id"] == pack_id), pack_id)


def _part_in_words(run: Screening, pack_id: str, name: str) -> str:
    from huanxin.rulebook import queries as rulebook

    digest = next((p["digest"] for p in run.packs if p["id"] == pack_id), None)
    return rulebook.part_in_words(rulebook.by_digest(digest), name) if digest else name


def _checks(run: Screening, sums: queries.Sums, unit: str) -> Table:
    from huanxin.rulebook import queries as rulebook

    packs = {p["id"]: rulebook.by_digest(p["digest"]) for p in run.packs}
    heads = [_("Yes"), _("No"), _("Cannot tell")]
    table = Table(_("Check"))
    for head in heads:
        table.add_column(head, justify="right")
        if unit:
            table.add_column(unit, justify="right")
    for check in sums.checks:
        says = reader.said(next(c.says for c in packs[check.pack].checks if c.id == check.check))
        table.add_row(says, *(c for t in (check.yes, check.no, check.cannot_tell) for c in _cells(t, unit)))
    return table


def _leagues(sums: queries.Sums, places: Mapping[str, str]) -> Table:
    words = verdict_words()
    shown = [v for v in queries.VERDICTS if v in sums.by_verdict]
    table = Table(_("Place"))
    for verdict in shown:
        table.add_column(str(words[verdict]), justify="right")
    for code, found in sorted(sums.by_league.items()):
        name = places.get(code, code) if code else _("Place unknown")
        table.add_row(name, *(f"{found[v].n:,}" if v in found else "" for v in shown))
    return table


def _numbers(unit: str) -> list[str]:
    return [_("Count"), unit] if unit else [_("Count")]


def _cells(tally: Tally, unit: str) -> list[str]:
    cells = [f"{tally.n:,}"]
    if unit:
        cells.append(f"{(tally.measure or Decimal(0)).normalize():,f}" if tally.n else "")
    return cells
