"""Rounds and vouchers as a person sees them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from huanxin.foundation.lib import reader

from . import queries
from .models import Voucher
from .pictures import qr

if TYPE_CHECKING:
    import datetime as dt

    from django.utils.safestring import SafeString

    from huanxin.claims.models import Programme
    from huanxin.foundation.lib.money import Money
    from huanxin.registry.models import Party

_LOOKS = {"taken": "good", "redeemed": "plain", "lapsed": "waiting", "given_back": "waiting"}


@dataclass(frozen=True)
class Class:
    """A class of a round: its name, what a voucher is worth at most, and the voucher that the person has."""

    code: str
    name: str
    most: Money
    mine: Voucher | None


@dataclass(frozen=True)
class Offer:
    """A programme's round that is open, next, or over."""

    programme: Programme
    title: str
    standing: queries.Standing
    classes: list[Class]


@dataclass(frozen=True)
class Card:
    """A voucher with its picture, while it can be used."""

    voucher: Voucher
    code: str
    class_name: str
    look: str
    picture: SafeString | str
    until: str


def place_of(party: Party | None) -> str:
    """Where a person's voucher draws its money: the home place, else the region."""
    return (party.place_id if party else None) or "15"


def offers(party: Party | None, now: dt.datetime) -> list[Offer]:
    """The round of each till programme that concerns a person now."""
    found = []
    for programme in queries.programmes().exclude(state="draft").order_by("slug"):
        round_ = queries.now_or_next(programme, now)
        if round_ is not None:
            found.append(_offer(programme, round_, party, now))
    return found


def _offer(programme: Programme, round_: object, party: Party | None, now: dt.datetime) -> Offer:
    found = queries.standing(round_, place_of(party), now)  # type: ignore[arg-type]
    names = queries.class_names(programme, timezone.localdate(found.round.opens_at))
    live = {v.product_class: v for v in queries.live_vouchers(programme, party)} if party else {}
    classes = [
        Class(row.product_class, said(names, row.product_class), row.held, live.get(row.product_class))
        for row in found.round.classes.order_by("pk")
    ]
    return Offer(programme, queries.title(programme), found, classes)


def cards(party: Party) -> list[Card]:
    """A person's vouchers, those that can be used first."""
    found = [card(voucher) for voucher in queries.vouchers_of(party)[:30]]
    return sorted(found, key=lambda c: not c.picture)


def card(voucher: Voucher) -> Card:
    names = queries.class_names(voucher.programme, voucher.valid_on)
    is_good = voucher.state == Voucher.State.TAKEN and voucher.valid_on == timezone.localdate()
    return Card(
        voucher=voucher,
        code=queries.grouped(voucher.code),
        class_name=said(names, voucher.product_class),
        look=_LOOKS[voucher.state] if is_good or voucher.state != Voucher.State.TAKEN else "waiting",
        picture=qr(voucher.code) if is_good else "",
        until=_("today until midnight") if is_good else "",
    )


def class_name(voucher: Voucher) -> str:
    """What a voucher is for, in the reader's language."""
    return said(queries.class_names(voucher.programme, voucher.valid_on), voucher.product_class)


def said(names: dict, code: str) -> str:  # type: ignore[type-arg]
    """A class by its name in the reader's language."""
    return reader.said(names[code]) if code in names else code
