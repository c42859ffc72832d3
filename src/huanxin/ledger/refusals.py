"""What the ledger refuses, and what to do instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from huanxin.foundation.lib.money import written

if TYPE_CHECKING:
    from huanxin.foundation.lib.money import Money


class Refused(ValueError):
    """A deed that the ledger does not do; the message says why and what to do."""


class BudgetExhausted(Refused):
    """A budget has less left than was asked for; `left` says how much. Intake pauses until money comes."""

    def __init__(self, *, programme: str, place_code: str, source: str, asked: Money, left: Money) -> None:
        self.programme, self.place_code, self.source = programme, place_code, source
        self.asked, self.left = asked, left
        super().__init__(
            _(
                "The budget of “%(programme)s” in %(place)s (%(source)s) has %(left)s yuan left, "
                "%(asked)s are needed. It waits until money is granted."
            )
            % {
                "programme": programme,
                "place": place_code,
                "source": source_label(source),
                "left": written(left),
                "asked": written(asked),
            }
        )


class NoBudget(Refused):
    """No budget of this source covers the place."""

    def __init__(self, *, programme: str, place_code: str, source: str) -> None:
        self.programme, self.place_code, self.source = programme, place_code, source
        super().__init__(
            _(
                "“%(programme)s” has no budget for %(place)s (%(source)s). "
                "The department of finance opens one first."
            )
            % {"programme": programme, "place": place_code, "source": source_label(source)}
        )


class OtherAmount(Refused):
    """The same key came again with another amount or for something else."""

    def __init__(self, key: str) -> None:
        super().__init__(
            _("“%(key)s” was booked before with another amount; it is not booked again.") % {"key": key}
        )


class NotThere(Refused):
    """There is not as much money at this stage as the deed wants to move."""


class WithTheBank(Refused):
    """The money is in a signed batch: it cannot be given back before the bank has answered."""

    def __init__(self, purpose: str, batch: str) -> None:
        super().__init__(
            _(
                "“%(purpose)s” is being paid in batch %(batch)s. "
                "Wait for the bank's answer, or cancel the batch."
            )
            % {"purpose": purpose, "batch": batch}
        )


class ReasonNeeded(Refused):
    """The deed is kept with its reason, and none was given."""

    def __init__(self) -> None:
        super().__init__(_("Say why; the reason is kept with the booking."))


def source_label(source: str) -> str:
    """A source of money as people say it."""
    from .models import Budget

    return str(dict(Budget.Source.choices).get(source, source))


class SamePerson(Refused):
    """Who made a batch may not sign it."""

    def __init__(self) -> None:
        super().__init__(_("You made this batch yourself. Somebody else of finance signs it."))


class ChainBroken(Refused):
    """The ledger was altered behind the program: nothing is paid until that is cleared up."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(
            _("Payments stop: the ledger does not hold at %(where)s. %(what)s Call the auditor.")
            % {"where": where, "what": what}
        )


class WrongState(Refused):
    """A batch or a payment is not in the state for this deed."""


class NothingToPay(Refused):
    """A batch without a payment that can be made."""

    def __init__(self) -> None:
        super().__init__(_("No payment of this batch can be made; see why each is held back."))


class LiveAlready(Refused):
    """The same money waits or was paid in another payment."""

    def __init__(self, purpose: str) -> None:
        super().__init__(_("“%(purpose)s” waits or was paid in another batch.") % {"purpose": purpose})
