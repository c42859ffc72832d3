"""Lists: filters kept in the address, a bounded count, the export of exactly what is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from django.shortcuts import render

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.forms import Form
    from django.http import HttpRequest, HttpResponse, QueryDict

    from huanxin.foundation.lib.pages import Page

R = TypeVar("R")

# The part of the page that a filter changes; asked for by htmx under this name.
TARGET = "listing"


class CountOf(Protocol):
    """A number of rows; `is_more`: there are more than anybody counted."""

    @property
    def n(self) -> int: ...
    @property
    def is_more(self) -> bool: ...


@dataclass(frozen=True)
class Column(Generic[R]):
    """A column: its heading and what stands in it. `is_main` marks the row's name, linked to `link(row)`.

    With a `key` the reader may choose it (`?show=key`); `is_offered` leaves it out until it is chosen.
    `orders`: the list's own words for ascending and descending by this column (`?order=word`).
    """

    heading: str
    cell: Callable[[R], object]
    link: Callable[[R], str] | None = None
    is_main: bool = False
    is_number: bool = False
    key: str = ""
    is_offered: bool = False
    orders: tuple[str, str] | None = None


@dataclass(frozen=True)
class Cell:
    """One cell as the template shows it."""

    heading: str
    value: object
    address: str
    is_main: bool
    is_number: bool


@dataclass(frozen=True)
class Head:
    """A heading as the template shows it; `sorted` as `aria-sort` has it, `address` sorts by it."""

    heading: str
    is_number: bool
    address: str
    sorted: str


@dataclass(frozen=True)
class Choice:
    """A column that the reader may show or leave out."""

    key: str
    heading: str
    is_shown: bool


@dataclass(frozen=True)
class Listing:
    """A list as the template shows it; `query` holds the filters without the page.

    `kept` are the pairs of the address that a choice of columns must not lose.
    """

    columns: Sequence[Head]
    lines: list[list[Cell]]
    previous: str | None
    next: str | None
    count: CountOf | None
    query: str
    is_filtered: bool
    form: Form | None
    exports: Sequence[tuple[str, str]]
    choices: Sequence[Choice] = ()
    kept: Sequence[tuple[str, str]] = ()
    chosen: Sequence[str] = ()


def page(
    request: HttpRequest,
    rows: Page[R],
    columns: Sequence[Column[R]],
    filters: Form | None = None,
    *,
    count: CountOf | None = None,
    exports: Sequence[tuple[str, str]] = (),
) -> Listing:
    """A list for `ui/parts/listing.html`.

    `exports` are words and addresses; the filters are put behind the addresses.
    """
    query = request.GET.copy()
    query.pop("after", None)
    for name in [n for n in query if not query.get(n)]:
        query.pop(name)
    asked = query.urlencode()
    shown = _shown(columns, query.getlist("show"))
    choices = [Choice(c.key, c.heading, c in shown) for c in columns if c.key]
    return Listing(
        columns=[_head(column, query) for column in shown],
        lines=[[cell(column, row) for column in shown] for row in rows.rows],
        previous=rows.previous,
        next=rows.next,
        count=count,
        query=asked,
        is_filtered=any(name not in ("show", "order") for name in query),
        form=filters,
        exports=[(word, f"{address}?{asked}" if asked else address) for word, address in exports],
        choices=choices,
        kept=[(name, value) for name, some in query.lists() if name != "show" for value in some],
        chosen=query.getlist("show"),
    )


def _shown(columns: Sequence[Column[R]], chosen: Sequence[str]) -> list[Column[R]]:
    """The columns asked for; those of the list itself where none of its own is asked for."""
    known = {column.key for column in columns if column.key} & set(chosen)
    if not known:
        return [column for column in columns if not column.is_offered]
    return [column for column in columns if not column.key or column.key in known]


def _head(column: Column[Any], query: QueryDict) -> Head:
    if column.orders is None:
        return Head(column.heading, column.is_number, "", "")
    up, down = column.orders
    now = query.get("order", "")
    other = query.copy()
    other["order"] = down if now == up else up
    is_sorted = {up: "ascending", down: "descending"}.get(now, "none")
    return Head(column.heading, column.is_number, f"?{other.urlencode()}", is_sorted)


def respond(request: HttpRequest, template: str, listing: Listing, **context: Any) -> HttpResponse:
    """The page, or only the list where htmx asks for that."""
    asked = request.headers.get("HX-Target", "").rpartition("#")[2]
    chosen = "ui/parts/listing.html" if asked == TARGET else template
    return render(request, chosen, {"listing": listing, **context})


def cell(column: Column[R], row: R) -> Cell:
    """One cell of a row."""
    value = column.cell(row)
    return Cell(
        column.heading,
        "" if value is None else value,
        column.link(row) if column.link else "",
        column.is_main,
        column.is_number,
    )
