"""Why a voucher was not taken, and what the person can do.

A refusal may be made for many at once, and is read by each in the own language: its words are put together
when they are read.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class NotTaken(ValueError):
    """No voucher was taken and nothing was reserved; the message says why and what to do."""

    def __init__(self, words: _StrPromise | str, **values: Any) -> None:
        super().__init__(words, values)
        self.words, self.values = words, values

    def __str__(self) -> str:
        if not self.values:
            return str(self.words)
        said = {n: said_at(v) if isinstance(v, dt.datetime) else str(v) for n, v in self.values.items()}
        return str(self.words) % said


class NotOpen(NotTaken):
    """The round is not open yet, or over."""


class UsedUp(NotTaken):
    """The round's vouchers or its money are used up; `next_at` is when there are new ones, if it is known."""

    def __init__(self, next_at: dt.datetime | None) -> None:
        self.next_at = next_at
        if next_at is None:
            super().__init__(_("All vouchers of this round are taken."))
        else:
            super().__init__(
                _("All vouchers of this round are taken. The next round opens at %(at)s."), at=next_at
            )


class NotForYou(NotTaken):
    """The person or the class is not one that this round is for."""


class VoucherUsed(NotTaken):
    """The person's voucher of this class has been redeemed."""

    def __init__(self) -> None:
        super().__init__(_("You have used your voucher of this class already: there is one for each person."))


class TryAgain(NotTaken):
    """The database was busy or failed. Whoever asks again gets the voucher, and never a second one."""

    def __init__(self) -> None:
        super().__init__(_("Not taken, and nothing is lost: press again."))


class RoundRefused(ValueError):
    """A round cannot be opened as asked; the message says why."""


def said_at(instant: dt.datetime) -> str:
    """An instant as people here read it."""
    return formats.date_format(timezone.localtime(instant), "SHORT_DATETIME_FORMAT")
