"""`huanxin import`, `export` and `template`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from huanxin.registry.models import Import

app = typer.Typer(no_args_is_help=True)


@app.command(name="import")
def import_(
    file: Annotated[Path, typer.Argument(help="A workbook (.xlsx) or a CSV file, plain or gzipped.")],
    kind: Annotated[str, typer.Option(help="The kind of thing, e.g. electric-motor.")],
    columns: Annotated[
        list[str] | None,
        typer.Option("--map", help="heading=fact, where a heading is not recognised; repeatable."),
    ] = None,
    source: Annotated[str, typer.Option(help="Where the sheet comes from; shown beside each thing.")] = "",
    place: Annotated[
        str, typer.Option(help="The code of where rows lie that say no place, e.g. 152502.")
    ] = "",
    no_place: Annotated[
        bool, typer.Option("--no-place", help="The things are not of this region: do not look for places.")
    ] = False,
    encoding: Annotated[str, typer.Option(help="Of a CSV, if it is not recognised: utf-8, gb18030 …")] = "",
    by: Annotated[str, typer.Option(help="Login of the person who imports.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="For a script: one JSON object.")] = False,
) -> None:
    """Carry the things of a sheet in: good rows are kept, bad ones come back in a marked sheet."""
    from django.utils.translation import gettext as _

    from huanxin.foundation.access import queries as access
    from huanxin.foundation.lib import progress
    from huanxin.foundation.lib.spreadsheets import SheetError
    from huanxin.registry import queries, services

    if place and no_place:
        _refuse(_("Say either --place or --no-place."))
    person = access.acting(by)
    try:
        with progress.terminal(_("Importing")) as bar:
            record = services.import_assets(
                file, kind, by=person, mapping=_mapping(columns or []), source=source, encoding=encoding
                or None, place=services.NO_PLACE if no_place else place or None, progress=bar,
                within=access.within(person, "import") if person else None,
            )  # fmt: skip
    except services.ImportStopped as stopped:
        if as_json:
            typer.echo(json.dumps(_told(stopped.record) | {"error": str(stopped)}, ensure_ascii=False))
        _refuse(str(stopped))
    except (SheetError, queries.UnknownKind) as refused:
        if as_json:
            typer.echo(json.dumps({"error": str(refused)}, ensure_ascii=False))
        _refuse(str(refused))
    if as_json:
        typer.echo(json.dumps(_told(record), ensure_ascii=False))
    else:
        _tell(record)
    if record.n_refused:
        raise typer.Exit(1)


def _tell(record: Import) -> None:
    from django.utils.translation import gettext as _

    typer.echo(
        _("%(rows)s rows: %(new)s new, %(changed)s changed, %(unchanged)s unchanged, %(refused)s refused.")
        % {"rows": record.n_rows, "new": record.n_new, "changed": record.n_changed,
           "unchanged": record.n_unchanged, "refused": record.n_refused}
    )  # fmt: skip
    unused = _told(record)["not_used"]
    for heading, why in unused.items():
        if why:
            typer.echo(f"{_('Not used:')} “{heading}” – {why}")
    if others := [heading for heading, why in unused.items() if not why]:
        typer.echo(f"{_('Not used:')} {_(', ').join(others)}")
    if record.n_place_doubt:
        typer.echo(_("%(n)s of them wait for a person to settle their place.") % {"n": record.n_place_doubt})
    if record.error_sheet:
        typer.echo(
            _("Refused rows, each marked and explained: %(path)s") % {"path": _told(record)["error_sheet"]}
        )


@app.command()
def export(
    file: Annotated[
        Path, typer.Argument(help="A name ending in .xlsx, .csv or .parquet; a folder with --all.")
    ],
    kind: Annotated[str, typer.Option(help="The kind of thing.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Every kind, as Parquet, into a folder.")] = False,
    place: Annotated[str, typer.Option(help="The code of a league or banner.")] = "",
    text: Annotated[str, typer.Option(help="A part of the name.")] = "",
) -> None:
    """Write what is registered as a sheet or as Parquet. Identities are masked."""
    from django.utils.translation import gettext as _

    from huanxin.foundation.lib import progress
    from huanxin.foundation.lib.spreadsheets import SheetError
    from huanxin.registry import queries, services

    if not kind and not every:
        _refuse(
            _("Say which kind (--kind), or --all. Kinds: %(names)s.") % {"names": ", ".join(queries.kinds())}
        )
    if every and (place or text):
        _refuse(_("--all writes everything there is: leave --place and --text out, or say which kind."))
    try:
        with progress.terminal(_("Exporting")) as bar:
            if every:
                n_rows = services.write_parquet(file)
            else:
                filters = queries.Filters(kind=kind, place=place, text=text)
                n_rows = services.export_assets(file, kind, filters, progress=bar)
    except (SheetError, queries.UnknownKind, services.UnknownFormat, services.UnknownPlace) as refused:
        _refuse(str(refused))
    except OSError as error:
        _refuse(
            _("“%(path)s” cannot be written (%(why)s). Choose another folder, or make room on the disk.")
            % {"path": error.filename or file, "why": _(error.strerror) if error.strerror else error}
        )
    typer.echo(_("%(n)s rows written to %(path)s") % {"n": n_rows, "path": file})


@app.command()
def template(
    kind: Annotated[str, typer.Argument(help="The kind of thing, e.g. electric-motor.")],
    file: Annotated[Path | None, typer.Argument(help="Where to; default: KIND.xlsx here.")] = None,
) -> None:
    """Write an empty sheet for a kind: drop-downs, units, an example line, and what each column means."""
    from huanxin.registry import queries, services

    path = file or Path(f"{kind}.xlsx")
    try:
        services.template(kind, path)
    except queries.UnknownKind as refused:
        _refuse(str(refused))
    typer.echo(path)


def _refuse(sentence: str) -> NoReturn:
    typer.secho(sentence, fg="red", err=True)
    raise typer.Exit(1)


def _mapping(columns: list[str]) -> dict[str, str] | None:
    from django.utils.translation import gettext as _

    said = {}
    for column in columns:
        heading, sign, fact = column.rpartition("=")
        if not sign:
            _refuse(_("“%(text)s”: write heading=fact.") % {"text": column})
        said[heading.strip()] = fact.strip()
    return said or None


def _told(record: Import) -> dict[str, Any]:
    from django.conf import settings

    from huanxin.registry import queries

    return {
        "import": record.pk, "kind": record.kind, "rows": record.n_rows, "new": record.n_new,
        "changed": record.n_changed, "unchanged": record.n_unchanged, "refused": record.n_refused,
        "place_doubt": record.n_place_doubt, "columns": record.mapping,
        "not_used": queries.why_unused(record), "read_as": record.read_as,
        "error_sheet": str(settings.VAR / record.error_sheet) if record.error_sheet else None,
        "seconds": record.seconds,
    }  # fmt: skip
