"""Lists on a terminal: a heading over every column, money to the right, nothing cut where it is piped on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Cells a line of what is no terminal, where nothing need be cut to fit.
_WIDE = 240


def show(headings: Sequence[str], rows: Iterable[Sequence[object]], *, right: Sequence[int] = ()) -> None:
    """Print rows under headings; `right` counts the columns that stand to the right. None is a dash."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=_WIDE)
    table = Table(box=SIMPLE_HEAD, pad_edge=False, highlight=False)
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="right" if number in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*("–" if cell in (None, "") else str(cell) for cell in row))
    console.print(table, markup=False)
