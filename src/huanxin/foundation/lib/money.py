"""Yuan with two places, exact. A float never becomes money."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, NewType

from django.db import models

if TYPE_CHECKING:
    from django.db.models.expressions import Combinable

Money = NewType("Money", Decimal)

_CENT = Decimal("0.01")


class NotMoney(ValueError):
    """The value is no exact amount in yuan: a float, no number at all, or more than two places."""


def yuan(value: Decimal | int | str) -> Money:
    """An amount in yuan, two places, never rounded. Raises NotMoney for 0.005, for floats, for words."""
    if isinstance(value, (bool, float)):
        raise NotMoney(f"{value!r} is not an exact amount: write it as a text, e.g. '18000.00'")
    try:
        exact = Decimal(value)
        cents = exact.quantize(_CENT)
    except ArithmeticError as error:
        raise NotMoney(f"{value!r} is not an amount in yuan, e.g. '18000.00'") from error
    if cents != exact:
        raise NotMoney(f"{value!r} has parts of a cent: say first how it is rounded")
    return Money(cents)


def written(amount: Money | Decimal) -> str:
    """An amount as it stands on a page: 1,234,567.80."""
    return f"{amount:,.2f}"


class CentsField(models.BigIntegerField):  # type: ignore[type-arg]
    """A column of yuan kept as whole cents, so that triggers and sums of the database are exact everywhere.

    SQLite has no decimals: what is added up inside the database must be whole. Python sees `Money`.
    """

    if TYPE_CHECKING:
        # What django-stubs reads off a field: what may be put in, and what comes out.
        _pyi_private_set_type: Decimal | int | str | Combinable  # type: ignore[assignment]
        _pyi_private_get_type: Money  # type: ignore[assignment]
        _pyi_lookup_exact_type: Decimal | int | str  # type: ignore[assignment]

    def from_db_value(self, value: int | None, expression: object, connection: object) -> Money | None:
        return None if value is None else Money(Decimal(value).scaleb(-2))

    def to_python(self, value: Any) -> Money | None:
        return None if value is None else yuan(value)

    def get_prep_value(self, value: Any) -> int | None:
        return None if value is None else int(yuan(value).scaleb(2))
