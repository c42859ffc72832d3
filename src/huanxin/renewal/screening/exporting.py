"""A run's list as a file: exactly what the filters show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from huanxin.foundation.lib import reader, spreadsheets
from huanxin.foundation.ui import places
from huanxin.registry import queries as registry
from huanxin.rulebook import queries as rulebook

from . import queries, showing
from .showing import verdict_words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from huanxin.policy import Pack

    from .models import Screening
    from .queries import Filters

FORMS = ("xlsx", "csv", "parquet")


def write(run: Screening, filters: Filters, out: Path) -> None:
    """Write the list to `out`, in the form of its ending.

    Raises `queries.BadFilter`, and `SheetError` where a workbook cannot hold so many rows.
    """
    if out.suffix == ".parquet":
        queries.write_parquet(run, filters, out)
        return
    blocks = queries.all_rows(run, filters)
    names, _none = next(blocks)
    packs = {pack.id: pack for pack in showing.packs_of(run)}
    write_sheet = spreadsheets.write_xlsx if out.suffix == ".xlsx" else spreadsheets.write_csv
    write_sheet(out, [_heading(run, packs, name) for name in names], _lines(run, packs, names, blocks))


def _lines(
    run: Screening,
    packs: dict[str, Pack],
    names: list[str],
    blocks: Iterator[tuple[list[str], list[tuple[Any, ...]]]],
) -> Iterator[list[object]]:
    words: dict[object, str] = verdict_words()  # type: ignore[assignment]
    place_names = places.names()
    titles = {k["id"]: reader.said(k["title"]) for k in run.kinds}
    asks = {name: reader.said(fact.ask) for pack in packs.values() for name, fact in pack.facts.items()}
    asset_at, missing_at = names.index("asset"), names.index("missing")
    for _names, block in blocks:
        identities = registry.identities_shown(row[asset_at] for row in block)
        for row in block:
            cells = [
                _cell(name, value, words, place_names, packs, titles)
                for name, value in zip(names, row, strict=True)
            ]
            cells[asset_at] = identities.get(row[asset_at], "")
            cells[missing_at] = _(", ").join(asks.get(fact, fact) for fact in row[missing_at] or ())
            yield cells


def _cell(
    name: str,
    value: Any,
    words: dict[object, str],
    place_names: dict[str, str],
    packs: dict[str, Pack],
    titles: dict[str, str],
) -> object:
    if name == "verdict" or name in packs:
        return words.get(value, value)
    if name == "place":
        return place_names.get(value, value)
    if name == "kind":
        return titles.get(value, value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return value


def _heading(run: Screening, packs: dict[str, Pack], name: str) -> str:
    units = {k["unit"] for k in run.kinds}
    known = {
        "kind": _("Kind of thing"),
        "asset": _("Identity"),
        "place": _("Place"),
        "name": _("Name"),
        "measure": next(iter(units)) if len(units) == 1 and "" not in units else _("Measure"),
        "in_service_year": _("In service since"),
        "sample": _("Made up"),
        "verdict": _("Verdict"),
        "missing": _("Missing facts"),
    }
    titles = {p["id"]: reader.said(p["title"]) for p in run.packs}
    if name in known or name in titles:
        return known.get(name) or titles[name]
    pack_id, _dot, check_id = name.partition(".")
    return rulebook.part_in_words(packs[pack_id], check_id) if pack_id in packs else name
