"""Deeds on programmes: open, pause, resume, close, and how much each place may grant in a week."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from huanxin.foundation.access import queries as access
from huanxin.foundation.access.models import Verb
from huanxin.foundation.lib.money import yuan
from huanxin.rulebook import queries as rulebook

from ..models import Desk
from ..refusals import NotAllowed, NotYours, ReasonNeeded, Refused
from .models import Programme, Quota

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from huanxin.foundation.access.models import User

_DESKS = (Desk.BANNER, Desk.LEAGUE, Desk.REGION)
_CLOCK = frozenset({"accept_days", "review_days", "pay_days", "notice_days", "sampled_percent"})


def open_programme(
    slug: str,
    pack_id: str,
    *,
    place_code: str = "15",
    from_on: dt.date,
    to_on: dt.date | None = None,
    settles: str = Programme.Settles.CLAIM,
    chain: Sequence[str] = (Desk.BANNER, Desk.LEAGUE, Desk.REGION),
    by: User,
    papers_first: bool = False,
    sample: bool = False,
    **clock: int,
) -> Programme:
    """Open a programme from a released benefit pack; its money is entered in the ledger under its name.

    `clock`: accept_days, review_days, pay_days, notice_days (working days) and sampled_percent, where they
    differ from the defaults. `papers_first`: a claim is sent with all its papers only. The form, the checks,
    the amount and the papers are the pack's. Raises `Refused` for what does not fit, `NotYours` without a
    mandate to run programmes there.
    """
    if not access.may(by, Verb.PROGRAMME, place_code):
        raise NotYours(_("Your mandate does not let you open programmes in this place."))
    if slug != slugify(slug) or not 3 <= len(slug) <= 40:
        raise Refused(_("The short name has 3 to 40 characters: a to z, 0 to 9 and -."))
    if not place_code.isdigit() or len(place_code) not in (2, 4, 6):
        raise Refused(_("Write 2, 4 or 6 digits of the place's code, e.g. 1525."))
    if to_on is not None and to_on < from_on:
        raise Refused(_("The last day lies before the first."))
    if list(chain) != [desk for desk in _DESKS if desk in chain]:
        raise Refused(_("The desks are banner, league, region, in this order; some may be left out."))
    release = rulebook.newest(pack_id)
    if release is None or release.kind != "benefit":
        raise Refused(
            _("No benefit pack “%(pack)s” is released here. Put it in force first.") % {"pack": pack_id}
        )
    if unknown := sorted(set(clock) - _CLOCK):
        raise TypeError(f"a programme has no {unknown}")
    programme = Programme(
        slug=slug, pack_id=pack_id, place_code=place_code, from_on=from_on, to_on=to_on, settles=settles,
        chain=[str(desk) for desk in chain], state=Programme.State.OPEN, papers_first=papers_first,
        opened_by=by, sample=sample, **clock,
    )  # fmt: skip
    try:
        with transaction.atomic():
            programme.save(force_insert=True)
    except IntegrityError as taken:
        if Programme.objects.filter(slug=slug).exists():
            raise Refused(_("There is a programme “%(slug)s” already.") % {"slug": slug}) from taken
        raise
    return programme


def pause(programme: Programme, *, by: User, reason: str) -> Programme:
    """Take no more claims until somebody resumes; the reason is shown to everybody."""
    if not reason.strip():
        raise ReasonNeeded
    return _set(
        programme, by, (Programme.State.OPEN, Programme.State.PAUSED), Programme.State.PAUSED, reason.strip()
    )


def resume(programme: Programme, *, by: User) -> Programme:
    """Take claims again. Those that wait for money keep their places in the line."""
    return _set(programme, by, (Programme.State.PAUSED,), Programme.State.OPEN)


def close(programme: Programme, *, by: User) -> Programme:
    """Take no more claims; those that were sent go on."""
    return _set(programme, by, (Programme.State.OPEN, Programme.State.PAUSED), Programme.State.CLOSED)


def _set(programme: Programme, by: User, from_states: Sequence[str], to: str, why: str = "") -> Programme:
    may_run(programme, by)
    found = Programme.objects.filter(pk=programme.pk, state__in=from_states)
    if not found.update(state=to, paused_why=why[:300], out_of_money=False):
        programme.refresh_from_db()
        raise NotAllowed(
            _("The programme is in the state “%(state)s”; that does not follow on it.")
            % {"state": programme.get_state_display()}
        )
    programme.refresh_from_db()
    return programme


def may_run(programme: Programme, by: User) -> None:
    """Raises `NotYours` where this person's mandate does not cover the programme."""
    if not access.may(by, Verb.PROGRAMME, programme.place_code):
        raise NotYours(_("Your mandate does not cover this programme."))


def set_quota(
    programme: Programme,
    place_code: str,
    *,
    by: User,
    week_of: dt.date | None = None,
    most_claims: int | None = None,
    most: Decimal | int | str | None = None,
) -> Quota | None:
    """The most that one place may grant in one week, or in all; with neither number the quota goes."""
    may_run(programme, by)
    if not place_code.isdigit() or len(place_code) not in (2, 4, 6):
        raise Refused(_("Write 2, 4 or 6 digits of the place's code, e.g. 1525."))
    if not place_code.startswith(programme.place_code):
        raise Refused(_("This place lies outside the programme's area."))
    monday = week_of - dt.timedelta(days=week_of.weekday()) if week_of else None
    which: dict[str, Any] = {"programme": programme, "place_code": place_code, "week_of": monday}
    if most_claims is None and most is None:
        Quota.objects.filter(**which).delete()
        return None
    wanted: dict[str, object] = {"most_claims": most_claims, "most": None if most is None else yuan(most)}
    quota, _is_new = Quota.objects.update_or_create(**which, defaults=wanted)
    return quota
