"""Rounds and vouchers, read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from huanxin import policy
from huanxin.claims.models import Programme
from huanxin.foundation.lib import reader
from huanxin.ledger import queries as ledger
from huanxin.rulebook import queries as rulebook

from .models import Round, RoundLane, Voucher, VoucherEvent

if TYPE_CHECKING:
    import datetime as dt

    from django.db.models import QuerySet

    from huanxin.policy import Text
    from huanxin.registry.models import Party

# Parts that the vouchers of a round are counted in. More than the processes of a large office.
N_LANES = 16
CLASS = "product_class"


@dataclass(frozen=True)
class Standing:
    """A round as a person sees it: `n_left` vouchers, None where only the money bounds them and is ample."""

    round: Round
    is_open: bool
    is_over: bool
    n_left: int
    next_at: dt.datetime | None


def programmes() -> QuerySet[Programme]:
    """Programmes whose subsidy is taken off at the till."""
    return Programme.objects.filter(settles=Programme.Settles.TILL)


def round_(pk: int) -> Round | None:
    """A round with its programme."""
    return Round.objects.select_related("programme").filter(pk=pk).first()


def now_or_next(programme: Programme, now: dt.datetime) -> Round | None:
    """The round that is open; otherwise the next one; otherwise the latest. One query."""
    ahead = Round.objects.filter(programme=programme, closes_at__gt=now).order_by("opens_at")
    return ahead.first() or Round.objects.filter(programme=programme).order_by("-opens_at").first()


def next_opening(programme: Programme, *, after: dt.datetime) -> dt.datetime | None:
    """When the programme's next round opens, if one is announced."""
    rows = Round.objects.filter(programme=programme, opens_at__gt=after).order_by("opens_at")
    return rows.values_list("opens_at", flat=True).first()


def standing(found: Round, place_code: str, now: dt.datetime | None = None) -> Standing:
    """How a round stands for somebody of a place: open or not, vouchers left, when the next is."""
    now = now or timezone.now()
    return Standing(
        round=found,
        is_open=found.opens_at <= now < found.closes_at and found.programme.state == Programme.State.OPEN,
        is_over=now >= found.closes_at,
        n_left=n_left(found, place_code),
        next_at=next_opening(found.programme, after=max(now, found.opens_at)),
    )


def n_left(found: Round, place_code: str) -> int:
    """How many vouchers of a round can still be taken in a place: by its number, and by the money.

    A figure to look at: who takes one is served by the ledger itself.
    """
    by_money = _n_by_money(found, place_code)
    if found.most is None:
        return by_money
    left = RoundLane.objects.filter(round=found).aggregate(left=Sum("left"))["left"] or 0
    return min(left, by_money)


def _n_by_money(found: Round, place_code: str) -> int:
    """Vouchers that the budgets of a place can bear, each reserving the most of its classes."""
    held = max((row.held for row in found.classes.all()), default=None)
    if held is None:
        return 0
    on = timezone.localdate(found.opens_at)
    shares = policy.split(held, rulebook.pack(found.programme.pack_id, on).shares)
    available = ledger.available(found.programme.slug, place_code)
    return min(
        (int(available.get(source, 0) // share) for source, share in shares.items() if share), default=0
    )


def class_names(programme: Programme, on: dt.date) -> dict[str, Text]:
    """The classes of a programme's pack by code. Empty where the pack is not in force or knows none."""
    try:
        fact = rulebook.pack(programme.pack_id, on).facts.get(CLASS)
    except rulebook.NotInForce:
        return {}
    return dict(fact.of) if fact is not None else {}


def vouchers_of(party: Party) -> QuerySet[Voucher]:
    """A person's vouchers, latest first."""
    return Voucher.objects.filter(party=party).select_related("programme", "place").order_by("-pk")


def live_voucher(programme: Programme, party: Party, product_class: str) -> Voucher | None:
    """The voucher of this class that a person has, taken or redeemed."""
    live = Q(state=Voucher.State.TAKEN) | Q(state=Voucher.State.REDEEMED)
    return Voucher.objects.filter(live, programme=programme, party=party, product_class=product_class).first()


def plain_code(written: str) -> str:
    """A code as it is kept: without spaces and hyphens, in capitals."""
    return "".join(sign for sign in written.upper() if sign.isalnum())[:30]


def grouped(code: str) -> str:
    """A code as it is shown and read out: KX4M 7Q2P 9TRW."""
    return " ".join(code[n : n + 4] for n in range(0, len(code), 4))


def live_vouchers(programme: Programme, party: Party) -> QuerySet[Voucher]:
    """The vouchers of a programme that a person has, taken or redeemed."""
    live = (Voucher.State.TAKEN, Voucher.State.REDEEMED)
    return Voucher.objects.filter(programme=programme, party=party, state__in=live)


def title(programme: Programme) -> str:
    """A programme's name as its pack says it; its short name where the pack is not in force."""
    try:
        pack = rulebook.pack(programme.pack_id, timezone.localdate())
    except rulebook.NotInForce:
        return programme.slug
    return reader.said(pack.title)


def counted_rounds() -> QuerySet[Round]:
    """Rounds with `n_taken` and `n_redeemed` vouchers, and their classes. Counts by the round's index."""
    vouchers = Voucher.objects.filter(round=OuterRef("pk")).order_by().values("round")
    taken = vouchers.annotate(n=Count("pk")).values("n")
    redeemed = vouchers.filter(state=Voucher.State.REDEEMED).annotate(n=Count("pk")).values("n")
    return (
        Round.objects.select_related("programme")
        .prefetch_related("classes")
        .annotate(n_taken=Coalesce(Subquery(taken), 0), n_redeemed=Coalesce(Subquery(redeemed), 0))
    )


def events(found: Voucher) -> list[VoucherEvent]:
    """What happened to a voucher, oldest first. One query."""
    return list(VoucherEvent.objects.filter(voucher=found).select_related("by").order_by("pk"))
