"""Why a payment cannot be made now: its account, its money, or what a room above says of its purpose."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from huanxin.foundation.lib import sealed
from huanxin.foundation.lib.money import written
from huanxin.ledger import holdings, posting
from huanxin.ledger.holdings import COMMITTED, PAID
from huanxin.ledger.models import Part

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

_ACCOUNT = re.compile(r"[0-9A-Z]{6,40}")
Objections = Callable[[Collection[str]], Mapping[str, str]]
_asked: list[Objections] = []


@dataclass(frozen=True)
class PaymentLine:
    """One payment: to whom, into which account, how much.

    `account` is a number, or one that is sealed already, with its mask in `shown`. `parts` are the purposes
    whose committed money it pays, without them its own; `less` are purposes whose paid money is owed back and
    is kept from this payment (returns of a shop). Parts less `less` must be `amount`.
    """

    purpose: str
    payee: str
    account: str | bytes
    bank: str
    amount: Decimal
    shown: str = ""
    parts: Mapping[str, Decimal] = field(default_factory=dict)
    less: Mapping[str, Decimal] = field(default_factory=dict)

    def pays(self) -> dict[str, Decimal]:
        return dict(self.parts) or {self.purpose: self.amount}


def ask_before_paying(objections: Objections) -> None:
    """Hand down whom to ask before a payment is made, signed or tried again, when the program starts.

    It is given purposes and answers those that may not be paid now, each with why.
    """
    _asked.append(objections)


def objected(purposes: Collection[str]) -> dict[str, str]:
    """The purposes that a room above does not let be paid now, each with why."""
    found: dict[str, str] = {}
    for objections in _asked:
        found |= objections(purposes)
    return found


def why_held(lines: Sequence[PaymentLine]) -> list[str]:
    """For each payment why it cannot be made now; empty where it can. Three queries for any number,
    besides those of whom it asks."""
    pays = {purpose for line in lines for purpose in line.pays()}
    less = {purpose for line in lines for purpose in line.less}
    held = holdings.of(pays | less)
    live = Part.objects.filter(is_live=True, deducts=False, purpose__in=pays).select_related("line__batch")
    taken = {part.purpose: part.line.batch.number for part in live}
    n_times = Counter(purpose for line in lines for purpose in line.pays())
    against = objected(pays)
    return [
        next((against[purpose] for purpose in line.pays() if purpose in against), "")
        or _why_one(line, held, taken, n_times)
        for line in lines
    ]


def _why_one(
    line: PaymentLine,
    held: Mapping[str, list[holdings.Holding]],
    taken: Mapping[str, str],
    n_times: Mapping[str, int],
) -> str:
    if why := why_account(line.account):
        return why
    if not line.payee.strip():
        return _("The payee has no name.")
    for purpose, amount in line.pays().items():
        if purpose in taken:
            return _("“%(purpose)s” is in batch %(batch)s already.") % {
                "purpose": purpose,
                "batch": taken[purpose],
            }
        if n_times[purpose] > 1:
            return _("“%(purpose)s” is in this batch more than once.") % {"purpose": purpose}
        there = holdings.total(held[purpose], COMMITTED)
        if there != posting.cents(amount):
            return _("“%(purpose)s”: %(asked)s yuan are to be paid, %(there)s are committed.") % {
                "purpose": purpose,
                "asked": written(amount),
                "there": written(posting.money(there)),
            }
    for purpose, amount in line.less.items():
        if holdings.total(held[purpose], PAID) < posting.cents(amount):
            return _("“%(purpose)s” is to be deducted, and was not paid.") % {"purpose": purpose}
    if sum(line.pays().values()) - sum(line.less.values()) != line.amount:
        return _("The parts of the payment do not add up to its amount.")
    return ""


def why_account(account: str | bytes) -> str:
    text = normal(sealed.unseal(account) if account and isinstance(account, bytes) else str(account or ""))
    if not text:
        return _("There is no bank account.")
    return "" if _ACCOUNT.fullmatch(text) else _("The bank account is not 6 to 40 digits.")


def normal(account: str) -> str:
    return re.sub(r"[\s-]", "", account).upper()
