"""What the clock does for an office, put together from the rooms: one deed after the other."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.management import call_command
from django.utils import timezone
from django.utils.translation import gettext as _

from huanxin.claims.integrity import services as integrity
from huanxin.claims.notices import services as notices
from huanxin.claims.payment import services as payment
from huanxin.foundation.access import programs
from huanxin.foundation.outbox import services as outbox
from huanxin.tradein import services as tradein

from .made_up import clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_LOG = logging.getLogger("huanxin")
# A program that repeats a request does so within hours; after a week its key may be another deed's.
KEEP_ANSWERS = dt.timedelta(days=7)


@dataclass(frozen=True)
class Done:
    """One deed: in a sentence what it came to, and what it had to leave, each with why."""

    sentence: str
    left: list[tuple[str, str]] = field(default_factory=list)
    has_failed: bool = False


def tell(*, with_checks: bool = True, on: dt.date | None = None) -> Iterator[Done]:
    """Do what is due; what is done already changes nothing, so that it may run as often as one likes.

    A deed that fails is told and logged, and the rest is done. `with_checks`: also the checks over all
    claims, which take a minute for a million. `on`: as if it were this day, so that whoever tries the program
    need not wait until a public notice is over; refused in an office in service.
    """
    if on is not None and not settings.TRIAL:
        yield Done(_("Another day than today can be had in an office on trial only."), has_failed=True)
        return
    for deed in (_lapse, _end_notices, _follow_bank, _follow_shops, _check, _tidy, _send):
        if with_checks or deed is not _check:
            with clock.at(clock.local(on, 1)) if on else contextlib.nullcontext():
                done = _guarded(deed)
            yield done


def _guarded(deed: Callable[[], Done]) -> Done:
    try:
        return deed()
    except Exception as error:
        _LOG.exception("%s failed", deed.__name__.strip("_"))
        what = _("“%(deed)s” failed: %(error)s. The log has the details; the rest goes on.")
        return Done(what % {"deed": deed.__name__.strip("_"), "error": error}, has_failed=True)


def _lapse() -> Done:
    return Done(_("%(n)d vouchers of past days lapsed.") % {"n": tradein.lapse()})


def _end_notices() -> Done:
    done = notices.end_notices()
    figures = {
        "notices": len(done.notices), "committed": len(done.committed), "suspended": len(done.suspended),
    }  # fmt: skip
    sentence = _("%(notices)d notices ended: %(committed)d claims committed, %(suspended)d suspended.")
    return Done(sentence % figures, done.left)


def _follow_bank() -> Done:
    moved = payment.follow_bank()
    figures = {"paid": len(moved.paid), "failed": len(moved.failed)}
    return Done(_("%(paid)d claims paid, %(failed)d not paid.") % figures, moved.left)


def _follow_shops() -> Done:
    return Done(_("%(n)d settlements of shops followed the bank.") % {"n": tradein.follow_bank()})


def _check() -> Done:
    done = integrity.run(by=None)
    figures = {"n": f"{done.n_claims:,}", "found": f"{done.n_found:,}", "seconds": f"{done.seconds:.1f}"}
    return Done(_("%(n)s claims checked, %(found)s findings, %(seconds)s s") % figures)


def _tidy() -> Done:
    call_command("clearsessions")
    return Done(
        _("%(n)d kept answers to programs forgotten.")
        % {"n": programs.forget_answers(timezone.now() - KEEP_ANSWERS)}
    )


def _send() -> Done:
    done = outbox.send_waiting()
    figures = {"sent": done.n_sent, "later": done.n_later, "given_up": done.n_given_up}
    return Done(_("%(sent)d sent, %(later)d to be tried again, %(given_up)d given up") % figures)
