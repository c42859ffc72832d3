"""Numbers that offices write, of claims, vouchers and batches; and the page to which each leads somebody."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from huanxin.claims import queries as claims
from huanxin.claims import services as refusing
from huanxin.claims.models import Claim, State
from huanxin.foundation.access import queries as access
from huanxin.ledger import queries as ledger

if TYPE_CHECKING:
    from huanxin.foundation.access.models import User

_NUMBER = re.compile(r"[A-Za-z0-9-]{8,60}")


@dataclass(frozen=True)
class Lead:
    """A page about a number."""

    number: str
    words: str
    address: str


def leads(user: User, text: str) -> list[Lead]:
    """The pages about a whole number that this person may open; the first says most.

    Cost: a look-up of claims, money and batches for each way of writing it, three at most.
    """
    if not _NUMBER.fullmatch(text):
        return []
    head, dash, tail = text.rpartition("-")
    for number in dict.fromkeys((text, f"{head.lower()}{dash}{tail.upper()}", text.upper())):
        if found := [*_of_claim(user, number), *_of_money(user, number), *_of_batch(user, number)]:
            return found
    return []


def _of_claim(user: User, number: str) -> list[Lead]:
    try:
        claim = claims.claim(number)
    except refusing.UnknownClaim:
        return []
    return list(_pages(user, claim))


def _pages(user: User, claim: Claim) -> list[Lead]:
    found = []
    if access.may(user, "audit", claim.place_id):
        words = _("Claim, from its first answer to its last cent")
        found.append(Lead(claim.number, words, reverse("claims:audit", args=[claim.number])))
    if claim.state != State.DRAFT and access.may(user, "review", claim.place_id):
        found.append(Lead(claim.number, _("Claim to review"), reverse("claims:file", args=[claim.number])))
    return found


def _of_money(user: User, number: str) -> list[Lead]:
    here = access.in_areas(user, "account", "lane__budget__place_code")
    if not ledger.transfers(number).filter(here).exists():
        return []
    return [Lead(number, _("Money moved for it"), reverse("ledger:purpose", args=[number]))]


def _of_batch(user: User, number: str) -> list[Lead]:
    here = access.in_areas(user, "account", "place_code")
    if not ledger.batches(where=here).filter(number=number).exists():
        return []
    return [Lead(number, _("Payment batch"), reverse("ledger:batch", args=[number]))]
