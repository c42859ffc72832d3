"""Runs of the checks over all claims: a snapshot, the job, what was found kept."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

from ..models import Claim
from . import catalogue, keeping, snapshot
from .models import Finding, Source, Sweep
from .sweeping import job

if TYPE_CHECKING:
    from huanxin.foundation.access.models import User
    from huanxin.foundation.lib.progress import Progress

# A run of so many claims is over before a page would be shown; more of them go into a process of their own.
_AT_ONCE = 5_000


def run(*, by: User | None, progress: Progress | None = None, sweep: Sweep | None = None) -> Sweep:
    """Run every check over all claims and keep what was found. Cost: linear in the claims, a minute a
    million."""
    sweep = sweep or Sweep.objects.create(what=Sweep.What.CHECKS, by=by)
    Sweep.objects.filter(pk=sweep.pk).update(state=Sweep.State.RUNNING)
    began = time.perf_counter()
    folder = Path(tempfile.mkdtemp(dir=settings.VAR, prefix="sweep-"))
    try:
        snapshot.write(folder)
        have = frozenset(Source.objects.values_list("port", flat=True).distinct())
        swept = job.sweep(folder, have, progress=progress)
        over_many = [check.id for check in catalogue.CHECKS.values() if check.is_over_many]
        # What a pack or the recomputation found about one claim is theirs to find again.
        mine = Finding.objects.filter(check_id__in=over_many).exclude(says__kind__startswith="pack:")
        keeping.keep(swept.hits, mine)
    except BaseException:
        Sweep.objects.filter(pk=sweep.pk).update(state=Sweep.State.FAILED, finished_at=timezone.now())
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    sweep.state, sweep.finished_at = Sweep.State.DONE, timezone.now()
    sweep.n_claims, sweep.n_found = swept.n_claims, len(swept.hits)
    sweep.seconds = round(time.perf_counter() - began, 3)
    sweep.told = {
        "idle": [check.id for check in catalogue.CHECKS.values() if catalogue.is_idle(check, have)],
        "ports": sorted(have),
        "seconds": {name: round(seconds, 3) for name, seconds in swept.seconds.items()},
    }
    sweep.save()
    return sweep


def start(what: str, *, by: User, programme: str = "", year: int | None = None) -> Sweep:
    """Ask for a run from a page: a small office has it at once, a large one in a process of its own."""
    sweep = Sweep.objects.create(what=what, by=by, programme=programme, year=year)
    if Claim.objects.order_by().count() <= _AT_ONCE:
        return carry_out(sweep)
    command = [sys.executable, "-m", "huanxin.claims.integrity.jobs", str(sweep.pk)]
    log = (settings.VAR / "log" / "sweeps.log").open("ab")
    with log:
        subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
    return sweep


def carry_out(sweep: Sweep) -> Sweep:
    """Do a run that waits."""
    from . import replaying

    if sweep.what == Sweep.What.CHECKS:
        return run(by=sweep.by, sweep=sweep)
    replaying.replay(sweep.programme, sweep.year, by=sweep.by, sweep=sweep)
    sweep.refresh_from_db()
    return sweep
