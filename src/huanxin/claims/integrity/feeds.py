"""What rooms above this one know and the checks need: they hand it down when the program starts.

The till knows products, prices and when a sale was reported; this room may not know the till.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

Rows = Callable[[], Iterable[tuple[Any, ...]]]

# Each name with what its rows hold, in order.
COLUMNS = {
    "sales": ("claim", "merchant", "product", "product_class", "price", "sold_at", "received_at"),
    "prices": ("merchant", "product", "price", "filed_at"),
    "shops": ("merchant", "account_hash", "party"),
}
_feeds: dict[str, Rows] = {}


def supply(name: str, rows: Rows) -> None:
    """Hand down where rows of a name come from. Raises KeyError for a name that nothing reads."""
    if name not in COLUMNS:
        raise KeyError(name)
    _feeds[name] = rows


def rows(name: str) -> Iterator[tuple[Any, ...]]:
    """The rows that were handed down under a name; none where nobody did."""
    found = _feeds.get(name)
    yield from found() if found else ()
