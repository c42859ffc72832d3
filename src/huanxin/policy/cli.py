"""`huanxin packs …`, `huanxin decide`, `huanxin whatif`: packs without a database."""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import duckdb
import typer
from rich.console import Console
from rich.table import Table

from . import show as showing
from .cases import run_cases
from .deciding import BadFacts, read_facts
from .deciding import decide as decide_case
from .library import Library
from .library import check as check_pack
from .reading import UnknownPack
from .source import PackError, Problem, Source
from .wording import Message as _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .pack import Pack

app = typer.Typer(no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="For scripts.")]

_out = Console(soft_wrap=True)
_err = Console(stderr=True, soft_wrap=True)


def _packs(n: int) -> _:
    return _("1 pack") if n == 1 else _("{n} packs", n=f"{n:,}")


def _problems(n: int) -> _:
    return _("1 problem") if n == 1 else _("{n} problems", n=f"{n:,}")


def _fail(*sentences: object) -> typer.Exit:
    for sentence in sentences:
        _err.print(str(sentence), style="red", markup=False, highlight=False)
    return typer.Exit(1)


def _folders(paths: Iterable[str], library: Library) -> list[Path]:
    """The packs meant by ids, by packs' folders, or by folders of packs; all where nothing is named."""
    found: list[Path] = []
    for name in paths:
        path = Path(name)
        if (path / "pack.yaml").is_file():
            found.append(path)
        elif path.is_dir():
            found += sorted(p.parent for p in path.rglob("pack.yaml"))
        else:
            found.append(library.path(name))
    return found or ([library.path(i) for i in library.ids()] if not list(paths) else [])


def _library(paths: Iterable[str]) -> Library:
    """Our packs, and those beside a pack that was named by its folder."""
    from .reading import pack_folders

    roots = [Path(p).resolve().parents[1] for p in paths if (Path(p) / "pack.yaml").is_file()]
    return Library([*pack_folders(), *(r for r in roots if r not in pack_folders())])


def _one(name: str) -> tuple[Pack, Path]:
    library = _library([name])
    try:
        folder = _folders([name], library)[0]
        return library.pack(folder.resolve().name), folder
    except (UnknownPack, IndexError):
        raise _fail(UnknownPack(name, library.ids())) from None
    except PackError as error:
        raise _fail(*error.problems) from None


@app.command()
def check(
    paths: Annotated[
        list[str] | None, typer.Argument(help="Packs, or folders of packs; all of them if none.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what is wrong with packs: form, expressions, tables, dates, figures, cases."""
    named = paths or []
    library = _library(named)
    problems: list[Problem] = []
    try:
        folders = _folders(named, library)
    except UnknownPack as error:
        raise _fail(error) from None
    for folder in folders:
        problems += check_pack(folder, library)
    if as_json:
        rows = [
            {"file": str(p.file), "line": p.line, "what": str(p.what), "instead": str(p.instead)}
            for p in problems
        ]
        typer.echo(json.dumps({"packs": len(folders), "problems": rows}, ensure_ascii=False, indent=2))
    else:
        for problem in problems:
            _out.print(str(problem), markup=False, highlight=False)
        counted = (_packs(len(folders)), _problems(len(problems)))
        _out.print(str(_("{packs}, {problems}", packs=counted[0], problems=counted[1])), style="bold")
    if problems or not folders:
        raise typer.Exit(1)


@app.command()
def test(
    ids: Annotated[list[str] | None, typer.Argument(help="Packs; all of them if none.")] = None,
    as_json: AsJson = False,
) -> None:
    """Run the worked cases of packs."""
    library = _library(ids or [])
    failed = n = 0
    rows: list[dict[str, Any]] = []
    try:
        for folder in _folders(ids or [], library):
            if not (folder / "cases.yaml").exists():
                continue
            for result in run_cases(library.pack(folder.resolve().name), folder):
                n += 1
                failed += not result.passed
                rows.append(
                    {"pack": folder.name, "case": result.title, "line": result.line, "passed": result.passed}
                )
                for difference in result.differences if not as_json else ():
                    _out.print(f"✗ {folder.name}:{result.line} {result.title}: {difference}", markup=False)
    except UnknownPack as error:
        raise _fail(error) from None
    except PackError as error:
        raise _fail(*error.problems) from None
    if as_json:
        typer.echo(json.dumps({"cases": rows, "failed": failed}, ensure_ascii=False, indent=2))
    else:
        _out.print(
            str(_("{cases}, {m} failed", cases=showing.counted_cases(n), m=failed)),
            style="bold red" if failed else "bold green",
        )
    if failed:
        raise typer.Exit(1)


@app.command("list")
def list_packs(as_json: AsJson = False) -> None:
    """List all packs there are, and where an office's own stands in the place of ours."""
    library = Library()
    packs = [(i, _quietly(library, i)) for i in library.ids()]
    if as_json:
        rows = [
            {"id": i, "kind": p.kind if p else None, "title": p.title.model_dump() if p else None}
            for i, p in packs
        ]
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    table = Table(box=None, pad_edge=False)
    for heading in (_("Pack"), _("Kind"), _("Title"), ""):
        table.add_column(str(heading))
    for pack_id, pack in packs:
        own = (
            str(_("in place of {path}", path=library.overridden[pack_id][-1]))
            if pack_id in library.overridden
            else ""
        )
        table.add_row(
            pack_id,
            pack.kind if pack else "?",
            showing.say(pack.title) if pack else str(_("has mistakes")),
            own,
        )
    _out.print(table)


def _quietly(library: Library, pack_id: str) -> Pack | None:
    try:
        return library.pack(pack_id)
    except PackError:
        return None


@app.command()
def show(
    pack: Annotated[str, typer.Argument(help="A pack's id or folder.")], as_json: AsJson = False
) -> None:
    """Print a pack as a document, with the history of its figures."""
    found, _folder = _one(pack)
    if as_json:
        typer.echo(json.dumps(showing.pack_as_json(found), ensure_ascii=False, indent=2))
    else:
        _out.print(showing.pack_as_text(found))


@app.command()
def decide(
    pack: Annotated[str, typer.Argument(help="A pack's id or folder.")],
    facts: Annotated[
        str, typer.Argument(help="Facts as YAML or JSON; - reads them from the standard input.")
    ],
    on: Annotated[dt.datetime, typer.Option(formats=["%Y-%m-%d"], help="The day of the decision.")],
    known_on: Annotated[
        dt.datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="With the figures known on this day; default: --on."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Decide one case, with every reason and the facts still missing."""
    found, _folder = _one(pack)
    given, source = _read_facts(facts)
    try:
        # What has happened has happened by the day of the decision.
        values = read_facts(found, given, on.date())
        decision = decide_case(found, values, on.date(), known_on.date() if known_on else None)
    except BadFacts as error:
        lines = [
            f"{source.path}:{source.line((name,))}: {name}: {_said(what)}"
            for name, what in error.errors.items()
        ]
        raise _fail(*lines) from None
    except duckdb.Error as error:
        why = str(error).splitlines()[0]
        raise _fail(str(_("the database could not work it out: {why}", why=why))) from None
    if as_json:
        plain = {**decision.as_json(), "in_force": showing.is_in_force(found, on.date())}
        typer.echo(json.dumps(plain, ensure_ascii=False, indent=2))
    else:
        _out.print(showing.decision_as_text(decision, found))


def _said(what: object) -> str:
    from .facts import FactError
    from .wording import reading_language

    return what.of_file().say(reading_language()) if isinstance(what, FactError) else str(what)


def _read_facts(name: str) -> tuple[dict[str, object], Source]:
    source = Source(Path("stdin"), sys.stdin.read()) if name == "-" else Source(Path(name))
    if source.problems:
        raise _fail(*source.problems)
    if not isinstance(source.data, dict):
        raise _fail(
            source.problem((), _("facts are a list of names and values"), _("Write `old_fuel: petrol`."))
        )
    return {str(k): v for k, v in source.data.items()}, source


@app.command()
def whatif(
    pack: Annotated[str, typer.Argument(help="A pack's id or folder.")],
    cases: Annotated[
        Path, typer.Argument(help="Past claims or an inventory: Parquet or CSV, a column for each fact.")
    ],
    on: Annotated[dt.datetime, typer.Option(formats=["%Y-%m-%d"], help="The day of the decision.")],
    changes: Annotated[list[str], typer.Option("--set", help="name=value; may be given several times.")],
    known_on: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="With the figures known then.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Change figures of a pack and see who gains, who loses and what it costs."""
    from .rows import CannotTry
    from .whatif import whatif as try_change

    found, _folder = _one(pack)
    wanted = {}
    for change in changes:
        name, equals, value = change.partition("=")
        if not equals:
            raise _fail(_("“{change}” is no change: write name=value", change=change))
        wanted[name.strip()] = value.strip()
    if not cases.is_file():
        raise _fail(_("There is no file {file}", file=cases))
    try:
        result = try_change(
            found, wanted, cases, on=on.date(), known_on=known_on.date() if known_on else None
        )
    except CannotTry as error:
        raise _fail(error) from None
    except duckdb.Error as error:
        raise _fail(_("{file} cannot be read: {said}", file=cases, said=str(error).splitlines()[0])) from None
    if as_json:
        typer.echo(json.dumps(result.as_json(), ensure_ascii=False, indent=2))
        return
    for note in result.notes:
        _err.print(str(note), style="yellow", markup=False, highlight=False)
    _out.print(showing.whatif_as_text(result, found))
