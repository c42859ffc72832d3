"""Lists a page at a time, by the keys of the rows at its ends: what comes in meanwhile moves nothing."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django.db.models import BooleanField, Q
from django.db.models.expressions import RawSQL

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.db.models import Model, QuerySet

# A mark comes back in an address, where anybody may write anything: no key of ours is longer than this, no
# number greater than what the databases keep.
_LONGEST, _LONGEST_NUMBER, _GREATEST = 2_000, 19, 2**63 - 1

R = TypeVar("R")
M = TypeVar("M", bound="Model")


@dataclass(frozen=True)
class Page(Generic[R]):
    """Some rows, and the marks of the pages before and after, `None` at either end."""

    rows: Sequence[R]
    previous: str | None = None
    next: str | None = None


def by_key(rows: QuerySet[M], mark: str | None, limit: int = 50, *, newest_first: bool = True) -> Page[M]:
    """A page of any rows in the order of their ids; `mark` is another page's `next` or `previous`."""
    back, key = (mark or "").startswith("b"), (mark or "").lstrip("b")
    descending = newest_first != back
    found = rows.order_by("-pk" if descending else "pk")
    is_first = not (key.isdecimal() and len(key) < _LONGEST_NUMBER)
    if not is_first:
        found = found.filter(**{"pk__lt" if descending else "pk__gt": int(key)})
    return cut(list(found[: limit + 1]), limit, _mark_of_id, back=back, is_first=is_first)


def _mark_of_id(row: Model, back: bool) -> str:
    return f"b{row.pk}" if back else f"{row.pk}"


def cut(
    found: Sequence[R], limit: int, mark: Callable[[R, bool], str], *, back: bool, is_first: bool
) -> Page[R]:
    """The page of rows that were read in its direction, one more than it holds; that one is left out.

    `back`: they lie before the key, the nearest first. `is_first`: there was no key. `mark` makes that of a
    row, for going back or on from it.
    """
    has_more, some = len(found) > limit, list(found[:limit])
    if back:
        some.reverse()
    if not some:
        return Page([])
    has_before, has_behind = (has_more, True) if back else (not is_first, has_more)
    return Page(
        some, mark(some[0], True) if has_before else None, mark(some[-1], False) if has_behind else None
    )


def written(key: Sequence[Any], *, back: bool) -> str:
    """The mark of a page of a list in an order of its own: the key where it begins."""
    return base64.urlsafe_b64encode(json.dumps([back, *key]).encode()).decode().rstrip("=")


def read(mark: str | None, *kinds: type) -> tuple[bool, list[Any] | None]:
    """Whether a mark goes back, and its key. One that was altered, or is of another order, has none."""
    if not mark or len(mark) > _LONGEST:
        return False, None
    try:
        back, *key = json.loads(base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4)))
    except (ValueError, TypeError, RecursionError):
        return False, None
    fits = len(key) == len(kinds) and all(map(isinstance, key, kinds)) and all(map(_is_kept, key))
    return (bool(back), key) if fits else (False, None)


def _is_kept(part: object) -> bool:
    """Whether a database can hold it: a number of 64 bits, a text of whole characters."""
    if isinstance(part, int):
        return abs(part) <= _GREATEST
    return not isinstance(part, str) or (part.isprintable() and part.encode(errors="ignore").decode() == part)


def beyond(columns: Sequence[str], key: Sequence[Any], *, down: bool) -> Q:
    """The rows behind a key in the order of some columns, written as SQL has them; before it if `down`."""
    marks = ", ".join(["%s"] * len(key))
    # Rows compared as a whole: the only form in which both databases start reading the index right there.
    sql = f"({', '.join(columns)}) {'<' if down else '>'} ({marks})"
    return Q(RawSQL(sql, list(key), BooleanField()))
