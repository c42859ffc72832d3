"""Screening what exists by the packs in force, as a run that can be repeated."""

from __future__ import annotations

import datetime as dt
import hashlib
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from huanxin import policy
from huanxin.foundation.lib import reader
from huanxin.registry import queries as registry
from huanxin.rulebook import queries as rulebook

from . import results
from .models import UNDER_WAY, Screening, State
from .pulse import Pulse
from .queries import prefix

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from huanxin.foundation.access.models import User
    from huanxin.policy import Pack, Progress

    from .pulse import Stopper

# A run gives a sign of life every two seconds (`pulse`); after this long without one it is taken for dead.
SILENT_FOR = dt.timedelta(seconds=60)


class NothingToScreen(ValueError):
    """A run has no kind, or no pack in force on its day; the message says what to do."""


class EveryPackFailed(RuntimeError):
    """No pack of a run could be carried out; the message names each with its trouble."""


@dataclass(frozen=True)
class Judged:
    """What came out for one kind; no summary where every pack failed."""

    summary: policy.Summary | None
    snapshot: dict[str, Any]
    evaluated: dict[str, int]
    problems: dict[str, str]


def screen(
    kinds: Sequence[str],
    *,
    place: str = "",
    packs: Sequence[str] | None = None,
    on: dt.date,
    known_on: dt.date | None = None,
    by: User | None,
    progress: Progress | None = None,
) -> Screening:
    """Judge every thing of these kinds in a place by the packs in force on `on`, and keep the verdicts.

    `packs` narrows to these ids. Rows that an earlier run judged by the same packs for the same day are not
    judged again. A pack that fails is named in `problems` and stops only itself. Raises `NothingToScreen`.
    """
    run = _open(kinds, place=place, packs=packs, on=on, known_on=known_on, by=by)
    return carry_out(run, progress=progress)


def start(
    kinds: Sequence[str],
    *,
    place: str = "",
    packs: Sequence[str] | None = None,
    on: dt.date,
    known_on: dt.date | None = None,
    by: User | None,
) -> Screening:
    """Like `screen`, in a process of its own that outlives the page. Raises `NothingToScreen` at once."""
    run = _open(kinds, place=place, packs=packs, on=on, known_on=known_on, by=by)
    command = [sys.executable, "-m", "huanxin.renewal.screening.jobs", str(run.pk)]
    run.folder.mkdir(parents=True, exist_ok=True)
    with (run.folder / "log.txt").open("w") as log:
        subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)
    return run


def rerun(run: Screening, *, by: User | None, progress: Progress | None = None) -> Screening:
    """The same packs in the same versions, for the same day, on the registry as it is now."""
    again = Screening.objects.create(
        kinds=run.kinds,
        place=run.place,
        on=run.on,
        known_on=run.known_on,
        packs=run.packs,
        by=by,
        beat_at=timezone.now(),
    )
    return carry_out(again, progress=progress)


def look_after(run: Screening) -> Screening:
    """Mark a run failed whose process has gone silent; every page that shows a run calls this."""
    if run.is_under_way and (run.beat_at is None or timezone.now() - run.beat_at > SILENT_FOR):
        why = _("The process that carried it out stopped. Start it again: what was judged is kept.")
        Screening.objects.filter(pk=run.pk, state=run.state).update(state=State.FAILED, why_failed=why)
        run.refresh_from_db()
    return run


def stop(run: Screening, *, by: User) -> Screening:
    """End a run that is under way; what it has judged so far is kept for the next one."""
    why = _("Stopped by {who}.").format(who=by.get_username())
    Screening.objects.filter(pk=run.pk, state__in=UNDER_WAY).update(state=State.FAILED, why_failed=why)
    run.refresh_from_db()
    return run


def carry_out(
    run: Screening, *, progress: Progress | None = None, when_stopped: Stopper | None = None
) -> Screening:
    """Do what a run is for; called by `screen` and by the process that `start` began.

    A run that was stopped meanwhile stays stopped.
    """
    begun = Screening.objects.filter(pk=run.pk, state__in=UNDER_WAY).update(state=State.RUNNING)
    run.refresh_from_db()
    if not begun:
        return run
    try:
        with Pulse(run, progress, when_stopped) as tell:
            found = [(kind["id"], _judge_kind(run, kind["id"], tell)) for kind in run.kinds]
        judged = {kind: one for kind, one in found if one.summary is not None}
        if not judged:
            raise EveryPackFailed(
                "; ".join(f"{k}: {v}" for _kind, one in found for k, v in one.problems.items())
            )
        _finish(run, dict(found))
    except BaseException as stopped:
        run.state = State.FAILED
        run.why_failed = str(stopped) or type(stopped).__name__
        run.save(update_fields=["state", "why_failed"])
        raise
    return run


def _open(
    kinds: Sequence[str],
    *,
    place: str,
    packs: Sequence[str] | None,
    on: dt.date,
    known_on: dt.date | None,
    by: User | None,
) -> Screening:
    known_on = known_on or on
    known = registry.kinds()
    if not kinds:
        raise NothingToScreen(
            _(
                "No kind of thing is named. Name one with --kind, or take all with --all. Kinds: {kinds}."
            ).format(kinds=", ".join(sorted(known)))
        )
    unknown = [k for k in kinds if k not in known]
    if unknown:
        raise NothingToScreen(
            _("“{kind}” is no kind of thing here. Choose from: {kinds}.").format(
                kind=", ".join(unknown), kinds=", ".join(sorted(known))
            )
        )
    if place and registry.place(prefix(place)) is None:
        raise NothingToScreen(_("There is no place with the code “%(code)s”.") % {"code": place})
    counting = [(kind, pack) for kind in kinds for pack in _in_force(kind, on, known_on)]
    if packs is not None and (strange := sorted(set(packs) - {pack.id for _kind, pack in counting})):
        raise NothingToScreen(" ".join(_not_chosen(pack_id, kinds, known, on) for pack_id in strange))
    chosen = [_pinned(kind, pack) for kind, pack in counting if packs is None or pack.id in packs]
    without = [kind for kind in kinds if not any(p["for"] == kind for p in chosen)]
    if without:
        raise NothingToScreen(
            _(
                "No limit or duty on {kinds} is in force here on {on}. Release one, or choose another day."
            ).format(kinds=_in_words(without, known), on=on)
        )
    return Screening.objects.create(
        kinds=[_described(known[k]) for k in kinds],
        place=place,
        on=on,
        known_on=known_on,
        packs=chosen,
        by=by,
        beat_at=timezone.now(),
    )


def _in_words(kinds: Sequence[str], known: Mapping[str, Pack]) -> str:
    """Kinds by their titles, with the names that the command takes."""
    return ", ".join(
        _("{title} ({name})").format(title=reader.said(known[kind].title), name=kind) for kind in kinds
    )


def _not_chosen(pack_id: str, kinds: Sequence[str], known: Mapping[str, Pack], on: dt.date) -> str:
    """Why a pack that was named cannot judge these kinds."""
    release = rulebook.newest(pack_id)
    if release is None:
        try:
            policy.Library().path(pack_id)
        except policy.UnknownPack as unknown:
            return reader.said(unknown.what)
        return _("The pack “{id}” is not released here. Release it first, or leave it out.").format(
            id=pack_id
        )
    if release.kind not in ("limit", "duty"):
        return _("The pack “{id}” judges no things. Name a limit or duty on {kinds}.").format(
            id=pack_id, kinds=_in_words(kinds, known)
        )
    if release.asset not in kinds:
        others = [release.asset] if release.asset in known else []
        return _("The pack “{id}” judges {judged}, not {kinds}. Name another pack or kind.").format(
            id=pack_id, judged=_in_words(others, known) or release.asset, kinds=_in_words(kinds, known)
        )
    return _("The pack “{id}” is not in force here on {on}. Release it, or choose another day.").format(
        id=pack_id, on=on
    )


def _in_force(kind: str, on: dt.date, known_on: dt.date) -> list[Pack]:
    try:
        return rulebook.packs_for(kind, on, known_on)
    except rulebook.UnknownDigest as damaged:
        raise NothingToScreen(str(damaged)) from damaged


def _pinned(kind: str, pack: Pack) -> dict[str, Any]:
    return {
        "for": kind,
        "id": pack.id,
        "digest": pack.digest,
        "title": pack.title.model_dump(),
        "kind": pack.kind,
    }


def _described(kind: Pack) -> dict[str, Any]:
    unit = kind.facts[kind.measure].unit if kind.measure else ""
    return {
        "id": kind.id,
        "title": kind.title.model_dump(),
        "sector": kind.sector or "",
        "measure": kind.measure or "",
        "unit": unit,
    }


def _judge_kind(run: Screening, kind_id: str, tell: Progress) -> Judged:
    root = Path(settings.VAR) / "screenings"
    kind = registry.kinds()[kind_id]
    tell(0, None, kind_id)
    snapshot = registry.snapshot(kind_id, prefix(run.place) if run.place else None)
    pinned = {"digest": snapshot.digest, "up_to": snapshot.up_to, "n": snapshot.n}
    facts = results.keep_facts(Path(snapshot.path), snapshot.digest, root)
    results.link(facts, run.cases(kind_id))
    parts, problems = _judge_by_each(run, kind_id, facts, tell)
    if not parts:
        return Judged(None, pinned, {}, problems)
    out = run.results(kind_id)
    results.put_together(kind, parts, facts, out, on=run.on, known_on=run.known_on)
    summary = policy.tally(
        [part.pack for part in parts],
        facts,
        out,
        on=run.on,
        known_on=run.known_on,
        group_by=("place", "sample"),
        measure="measure" if kind.measure else None,
    )
    return Judged(summary, pinned, {part.pack.id: part.n_judged for part in parts}, problems)


def _judge_by_each(
    run: Screening, kind_id: str, facts: Path, tell: Progress
) -> tuple[list[results.Evaluated], dict[str, str]]:
    root = Path(settings.VAR) / "screenings"
    parts: list[results.Evaluated] = []
    problems: dict[str, str] = {}
    for pinned in (p for p in run.packs if p["for"] == kind_id):
        try:
            pack = rulebook.by_digest(pinned["digest"])
            parts.append(results.evaluate(pack, facts, root, on=run.on, known_on=run.known_on, progress=tell))
        except duckdb.IOException:
            # A full disk is no pack's mistake.
            raise
        except (rulebook.UnknownDigest, policy.ExpressionError, duckdb.Error, ValueError) as problem:
            problems[pinned["id"]] = f"{type(problem).__name__}: {problem}"
    return parts, problems


def _finish(run: Screening, judged: dict[str, Judged]) -> None:
    if not Screening.objects.filter(pk=run.pk, state__in=UNDER_WAY).exists():
        run.refresh_from_db()
        return
    done = {kind: found.summary for kind, found in judged.items() if found.summary is not None}
    run.summary = {kind: summary.as_json() for kind, summary in done.items()}
    for kind in done:
        run.summary[kind]["ages"] = results.ages(run.results(kind), run.on)
        # The time it took is no part of the answer.
        del run.summary[kind]["seconds"]
    run.snapshots = {kind: found.snapshot for kind, found in judged.items()}
    run.evaluated = {kind: found.evaluated for kind, found in judged.items()}
    run.problems = {pack: why for found in judged.values() for pack, why in found.problems.items()}
    run.has_samples = any(row.get("sample") for summary in done.values() for row in summary.rows)
    rests_on = (run.on, run.known_on, run.place, sorted((p["for"], p["id"], p["digest"]) for p in run.packs))
    run.result_digest = results.digest_of([run.results(kind) for kind in done], rests_on)
    run.boundary_version = hashlib.sha256(registry.boundaries().read_bytes()).hexdigest()[:16]
    run.state, run.doing, run.finished_at = State.DONE, "", timezone.now()
    run.save()
