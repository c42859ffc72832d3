"""How a command runs: Django only where it is needed, no stack trace to people, help in their language."""

from __future__ import annotations

import logging
import os
import secrets
import sys
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import typer
import typer.rich_utils
from rich.columns import Columns
from rich.table import Table
from rich.text import Text

from . import usage, words

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
R = TypeVar("R")

OK, MISTAKE, USAGE, BROKEN = 0, 1, 2, 3


class Mistake(Exception):
    """Something that the person at the terminal can mend; its text says what and how."""


def with_site(deed: Callable[P, R]) -> Callable[P, R]:
    """Set Django up (half a second) when the command runs, and not for `--help`."""

    @wraps(deed)
    def run_with_site(*args: P.args, **kwargs: P.kwargs) -> R:
        set_up()
        return deed(*args, **kwargs)

    return run_with_site


def set_up() -> None:
    """Make models, services and translations usable in this process."""
    import django
    from django.utils import translation

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huanxin.web.settings")
    django.setup()
    translation.activate(words.choose())


def run(build: Callable[[], typer.Typer], args: list[str] | None = None) -> int:
    """Run the command line and return its exit code; what a person can mend is said in one sentence."""
    words.utf8_output()
    _name_panels()
    try:
        command = typer.main.get_command(build())
        _translate(command)
        command.main(args=args, prog_name="huanxin")
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else MISTAKE
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        return _say(error)
    return OK


def _say(error: Exception) -> int:
    from rich.console import Console

    console = Console(stderr=True, soft_wrap=True)
    if sentence := _sentence(error):
        console.print(sentence, style="red", markup=False, highlight=False)
        return MISTAKE
    number = "-".join((secrets.token_hex(2), secrets.token_hex(2))).upper()
    console.print(
        words.translated("Something went wrong on our side; your data was not changed halfway."), style="red"
    )
    console.print(
        words.translated("Reference %(number)s; details in %(file)s")
        % {"number": number, "file": _log(number)}
    )
    return BROKEN


def _sentence(error: Exception) -> str:
    """What went wrong as a sentence, if it is something that a person can mend; otherwise nothing."""
    from django.core.exceptions import ImproperlyConfigured, PermissionDenied, ValidationError
    from django.db import OperationalError, ProgrammingError

    if isinstance(error, ValidationError):
        return "\n".join(error.messages)
    if isinstance(error, (Mistake, ImproperlyConfigured, PermissionDenied, LookupError)) and _is_worded(
        error
    ):
        return str(error)
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {words.translated(error.strerror or '')}"
    if isinstance(error, (OperationalError, ProgrammingError)):
        if "no such table" in str(error) or "does not exist" in str(error) or "no such column" in str(error):
            return words.translated(
                "The database is not set up, or older than this program: run `huanxin migrate`."
            )
        if isinstance(error, OperationalError):
            return words.translated("The database cannot be used: %(why)s") % {"why": error}
    return ""


def _is_worded(error: Exception) -> bool:
    """A KeyError or IndexError of Python's own is a mistake of ours; a room's own exception is a sentence."""
    return type(error).__module__ != "builtins"


def _log(number: str) -> Path:
    try:
        from django.conf import settings

        folder = Path(settings.VAR) / "log"
    except Exception:
        # Without settings there is no VAR; the details still have to lie somewhere.
        folder = Path("var") / "log"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "huanxin.log"
    logger = logging.getLogger("huanxin.cli")
    logger.propagate = False
    logger.addHandler(logging.FileHandler(path, encoding="utf-8"))
    logger.error("reference %s: huanxin %s", number, " ".join(sys.argv[1:]), exc_info=True)
    return path


def _name_panels() -> None:
    typer.rich_utils.OPTIONS_PANEL_TITLE = words.translated("Options")
    typer.rich_utils.ARGUMENTS_PANEL_TITLE = words.translated("Arguments")
    typer.rich_utils.COMMANDS_PANEL_TITLE = words.translated("Commands")
    typer.rich_utils.ERRORS_PANEL_TITLE = words.translated("Error")
    typer.rich_utils.REQUIRED_LONG_STRING = words.translated("[required]")
    typer.rich_utils.DEFAULT_STRING = words.translated("[default: {}]")
    typer.rich_utils.ENVVAR_STRING = words.translated("[env var: {}]")
    typer.rich_utils.RICH_HELP = words.translated("Try [blue]'{command_path} {help_option}'[/] for help.")
    typer.rich_utils.rich_format_error = _format_error
    vars(typer.rich_utils).update(Table=_FoldingTable, Columns=_FoldingColumns)


class _FoldingTable(Table):
    """A table of help that goes on in the next line: Chinese has no spaces to break at and would be cut."""

    def add_row(self, *cells: Any, **options: Any) -> None:
        super().add_row(*cells, **options)
        for column in self.columns:
            column.overflow = "fold"


class _FoldingColumns(Columns):
    """What stands in one cell of such a table: the help of an option, its default, whether it is required."""

    def __init__(self, renderables: list[Any], **options: Any) -> None:
        super().__init__(renderables, **options)
        for part in renderables:
            if isinstance(part, Text):
                part.overflow = "fold"


_format_as_it_came = typer.rich_utils.rich_format_error


def _format_error(self: Any) -> None:
    """What the library shows for a wrong call, its sentence in the reader's language; `self` is the error."""
    text = self.format_message()
    self.format_message = lambda: usage.worded(text)
    _format_as_it_came(self)


def _translate(command: Any) -> None:
    """Put every help text of a command and what lies below it into the chosen language."""
    command.help = words.translated(command.help or "")
    command.short_help = words.translated(command.short_help) if command.short_help else None
    for parameter in command.params:
        if getattr(parameter, "help", None):
            parameter.help = words.translated(parameter.help)
    _translate_usage(command)
    for below in getattr(command, "commands", {}).values():
        _translate(below)


def _translate_usage(command: Any) -> None:
    """What the library writes into every help by itself: the option for it, and the word before the usage."""
    help_option, usage = command.get_help_option, command.get_usage

    def named(context: Any) -> Any:
        option = help_option(context)
        if option is not None:
            option.help = words.translated("Show this message and exit.")
        return option

    command.get_help_option = named
    command.get_usage = lambda context: usage(context).replace("Usage: ", words.translated("Usage: "), 1)
