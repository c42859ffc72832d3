"""Which programmes there are, whether one takes claims today, and what it would grant."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from huanxin import policy
from huanxin.foundation.lib import reader
from huanxin.ledger import queries as ledger
from huanxin.ledger.models import Budget
from huanxin.rulebook import queries as rulebook

from .. import steps
from ..models import Claim, State
from ..refusals import NotOpen, QuotaReached, UnknownProgramme
from .models import Programme, Quota

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from django.db.models import QuerySet

    from huanxin.policy import Decision, Pack


def programme(slug: str) -> Programme:
    """One programme. Raises `UnknownProgramme`, which names those there are."""
    found = Programme.objects.filter(slug=slug).first()
    if found is None:
        names = ", ".join(Programme.objects.order_by("slug").values_list("slug", flat=True)) or "–"
        raise UnknownProgramme(
            _("There is no programme “%(slug)s”. There are: %(names)s.") % {"slug": slug, "names": names}
        )
    return found


def programmes(on: dt.date | None = None, *, settles: str = "") -> QuerySet[Programme]:
    """All programmes, or those whose days include `on` and that are open or paused; by name."""
    found = Programme.objects.order_by("slug")
    if settles:
        found = found.filter(settles=settles)
    if on is None:
        return found
    days = Q(from_on__lte=on) & (Q(to_on__isnull=True) | Q(to_on__gte=on))
    return found.filter(days, state__in=(Programme.State.OPEN, Programme.State.PAUSED))


def titles() -> dict[str, str]:
    """What every programme is called, by its short name, in the reader's language. Two queries."""
    packs = dict(Programme.objects.order_by("slug").values_list("slug", "pack_id"))
    releases = rulebook.newest_of_each(*set(packs.values())) if packs else {}
    return {
        slug: reader.said(releases[pack_id].title) if pack_id in releases else slug
        for slug, pack_id in packs.items()
    }


def pack_of(programme: Programme, on: dt.date | None = None) -> Pack:
    """The programme's pack as it is released for `on` (today), looked up anew each time.

    After the pack's last day its newest release, so that old claims can still be read. Raises
    `rulebook.queries.NotInForce` where it was never released.
    """
    day = on or timezone.localdate()
    try:
        return rulebook.pack(programme.pack_id, day)
    except rulebook.NotInForce:
        newest = rulebook.newest(programme.pack_id)
        if newest is None:
            raise
        return rulebook.thaw(newest)


def ends_earlier(programme: Programme) -> dt.date | None:
    """The last day of the pack's own window where the programme is open beyond it."""
    window = pack_of(programme).in_force
    if window is None or window.to_on is None:
        return None
    is_longer = programme.to_on is None or programme.to_on > window.to_on
    return window.to_on if is_longer else None


def refuse_if_closed(programme: Programme, on: dt.date) -> None:
    """Raises `NotOpen` where the programme takes no claims on that day, with why and when it does.

    Paused because money ran out, it still takes them: they wait in line.
    """
    if on < programme.from_on:
        raise NotOpen(
            _("This programme takes claims from %(day)s on.") % {"day": date_format(programme.from_on)}
        )
    if programme.to_on is not None and on > programme.to_on:
        raise NotOpen(
            _("This programme took claims until %(day)s. It takes no more.")
            % {"day": date_format(programme.to_on)}
        )
    if programme.state == Programme.State.PAUSED and not programme.out_of_money:
        raise NotOpen(
            _("This programme is paused: %(why)s. Your answers are kept; send them when it goes on.")
            % {"why": programme.paused_why}
        )
    if programme.state in (Programme.State.DRAFT, Programme.State.CLOSED):
        raise NotOpen(
            _("This programme takes no claims: %(state)s.") % {"state": programme.get_state_display()}
        )


def why_closed(programme: Programme, on: dt.date) -> str:
    """Why the programme takes no claims on that day, as a sentence; nothing where it does."""
    try:
        refuse_if_closed(programme, on)
    except NotOpen as closed:
        return str(closed)
    return ""


def money_left(programmes: Sequence[Programme], place_code: str) -> dict[str, Decimal]:
    """What the budgets that cover a place have left, of all sources together, by programme. Two queries."""
    nearest: dict[tuple[str, str], ledger.Standing] = {}
    where = Q(programme__in=[p.slug for p in programmes])
    for standing in sorted(ledger.standing(where=where), key=lambda s: len(s.budget.place_code)):
        budget = standing.budget
        if place_code.startswith(budget.place_code):
            nearest[budget.programme, budget.source] = standing
    left: dict[str, Decimal] = {}
    for (slug, _source), standing in nearest.items():
        left[slug] = left.get(slug, Decimal(0)) + standing.available
    return left


def refuse_over_quota(claim: Claim, amount: object, on: dt.date) -> None:
    """Raises `QuotaReached` where a quota of the claim's place has no room for it, with when there is some.

    Holds the quotas that apply until the transaction ends, so that two claims cannot both take the last.
    """
    monday = on - dt.timedelta(days=on.weekday())
    applying = Q(week_of=monday) | Q(week_of__isnull=True)
    codes = [claim.place_id[:n] for n in (2, 4, 6)]
    quotas = Quota.objects.select_for_update().filter(
        applying, programme_id=claim.programme_id, place_code__in=codes
    )
    for quota in quotas.order_by("pk"):
        n, sum_ = _taken(quota, without=claim.pk)
        is_full = quota.most_claims is not None and n + 1 > quota.most_claims
        if is_full or (quota.most is not None and sum_ + amount > quota.most):
            raise QuotaReached(_quota_sentence(quota))


def places_with_quota(programmes: Iterable[int]) -> dict[int, list[str]]:
    """The places for which these programmes have any quota. One query."""
    found: dict[int, list[str]] = {pk: [] for pk in programmes}
    for pk, code in Quota.objects.filter(programme_id__in=found).values_list("programme_id", "place_code"):
        found[pk].append(code)
    return found


def _taken(quota: Quota, *, without: int) -> tuple[int, Any]:
    """How many live claims, and how much money, a quota has given room to."""
    living = Claim.objects.filter(programme_id=quota.programme_id, state__in=steps.HOLDING).exclude(
        pk=without
    )
    living = living.filter(place_id__gte=quota.place_code, place_id__lt=str(int(quota.place_code) + 1))
    if quota.week_of is not None:
        first = timezone.make_aware(dt.datetime.combine(quota.week_of, dt.time()))
        living = living.filter(submitted_at__gte=first, submitted_at__lt=first + dt.timedelta(days=7))
    return living.count(), living.aggregate(sum=Sum("amount"))["sum"] or 0


def _quota_sentence(quota: Quota) -> str:
    if quota.week_of is None:
        return _("As much as this place may grant in this programme has been asked for. Nothing was sent.")
    return _(
        "What this place may grant this week has been asked for. The next week begins on %(day)s; your "
        "answers are kept."
    ) % {"day": date_format(quota.week_of + dt.timedelta(days=7))}


def preview(programme: Programme, answers: Mapping[str, object], on: dt.date | None = None) -> Decision:
    """What the pack would grant for these facts; nothing is kept. Raises `policy.BadFacts`."""
    day = on or timezone.localdate()
    pack = pack_of(programme, day)
    policy.read_facts(pack, answers, day)
    return policy.decide(pack, answers, day)


@dataclass(frozen=True)
class Entitlement:
    """One programme as a person sees it who asks what they may get."""

    programme: Programme
    pack: Pack
    decision: Decision | None
    last_on: dt.date | None
    is_open: bool
    opens_on: dt.date | None


def entitlements(facts: Mapping[str, object] | None = None, on: dt.date | None = None) -> list[Entitlement]:
    """What each programme of today, or to come, would grant by these facts, as far as they fit its pack."""
    day = on or timezone.localdate()
    found = []
    packs = _packs_of(day)
    coming = Programme.objects.filter(from_on__gt=day, state=Programme.State.OPEN).order_by("from_on", "slug")
    for entry in (*programmes(day), *coming):
        if (pack := packs.get(entry.pack_id)) is None:
            continue
        known = {name: value for name, value in (facts or {}).items() if name in pack.facts}
        last = min((d for d in (entry.to_on, _apply_by(pack)) if d is not None), default=None)
        is_open = (
            entry.state == Programme.State.OPEN and entry.from_on <= day and (last is None or day <= last)
        )
        found.append(
            Entitlement(
                programme=entry,
                pack=pack,
                decision=policy.decide(pack, known, day) if known else None,
                last_on=last,
                is_open=is_open,
                opens_on=entry.from_on if entry.from_on > day else None,
            )
        )
    return found


def _packs_of(day: dt.date) -> dict[str, Pack]:
    """Every pack by its id, as `pack_of` gives it, in two queries."""
    releases = rulebook.newest_of_each() | {release.pack_id: release for release in rulebook.in_force(day)}
    return {pack_id: rulebook.thaw(r) for pack_id, r in releases.items() if r.kind == "benefit"}


def _apply_by(pack: Pack) -> dt.date | None:
    window = pack.in_force
    return (window.apply_by or (window.to_on if not window.dated_by else None)) if window else None


def shares_of(pack: Pack, decision: Decision) -> dict[str, Any]:
    """Who bears the amount of a decision: the pack's shares; where it has none, the region bears all."""
    if decision.amount is None:
        return {}
    return dict(decision.shares) or {str(Budget.Source.REGION): decision.amount}


def split_like(shares: Mapping[str, Decimal], amount: Decimal) -> dict[str, Decimal]:
    """An amount split as another one is, to the cent: the last bears what rounding leaves."""
    whole = sum(shares.values(), Decimal(0))
    return policy.split(amount, {source: part / whole for source, part in shares.items()})


def waiting(programme: Programme) -> QuerySet[Claim]:
    """Claims that wait for money, in the order in which they were sent."""
    return programme.claims.filter(state=State.QUEUED).order_by("submitted_at", "id")
