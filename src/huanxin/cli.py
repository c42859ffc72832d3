"""The command `huanxin`, put together from the rooms' own commands."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from huanxin.web import commandline, words

if TYPE_CHECKING:
    from types import ModuleType

PACKS = typer.Typer(no_args_is_help=True, help="Policy packs: check, test, show, put in force.")
LEDGER = typer.Typer(no_args_is_help=True, help="Budgets and the proof of the ledger.")
CLAIMS = typer.Typer(no_args_is_help=True, help="Claims: list, show, take steps, top up, let go on.")
PROGRAMMES = typer.Typer(no_args_is_help=True, help="Programmes: open, list, pause, resume.")
PEOPLE = typer.Typer(no_args_is_help=True, help="Logins, mandates and access tokens.")

INTEGRITY = typer.Typer(no_args_is_help=True, help="Checks against cheating, and files of other offices.")
OUTBOX = typer.Typer(no_args_is_help=True, help="Messages to people and programs.")
VOUCHERS = typer.Typer(no_args_is_help=True, help="Vouchers: rounds, and those of past days.")
SHOPS = typer.Typer(no_args_is_help=True, help="Shops: the register, products, settlement.")
_OF_VOUCHERS = ("open", "lapse", "rounds")


def build() -> typer.Typer:
    """The whole command. Django is set up when a command that needs it runs, not before."""
    from huanxin.claims import cli as claims
    from huanxin.claims.integrity import cli as integrity
    from huanxin.claims.programmes import cli as programmes
    from huanxin.claims.review import cli as desk
    from huanxin.foundation.access import cli as access
    from huanxin.foundation.outbox import cli as outbox
    from huanxin.ledger import cli as ledger
    from huanxin.policy import cli as policy
    from huanxin.registry import cli as registry
    from huanxin.renewal import cli as renewal
    from huanxin.rulebook import cli as rulebook
    from huanxin.tradein import cli as tradein
    from huanxin.web import cli as web

    app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode="rich")
    app.callback()(_huanxin)
    for room in (registry, renewal):
        _add(app, room, needs_site=True)
    _add(app, policy, only=("decide", "whatif"))
    _add(PACKS, policy, without=("decide", "whatif"))
    _add(PACKS, rulebook, needs_site=True)
    _add(LEDGER, ledger, needs_site=True)
    _add(CLAIMS, claims, needs_site=True)
    _add(CLAIMS, desk, needs_site=True)
    _add(PROGRAMMES, programmes, needs_site=True)
    _add(PEOPLE, access, needs_site=True)
    _add(OUTBOX, outbox, needs_site=True)
    _add(INTEGRITY, integrity, needs_site=True, without=("replay",))
    _add(INTEGRITY, web, needs_site=True, only=("score",))
    _add(app, integrity, needs_site=True, only=("replay",))
    _add(VOUCHERS, tradein, needs_site=True, only=_OF_VOUCHERS)
    _add(SHOPS, tradein, needs_site=True, without=_OF_VOUCHERS)
    _add(app, web, needs_site=True, without=("score",))
    app.add_typer(PACKS, name="packs")
    app.add_typer(LEDGER, name="ledger")
    app.add_typer(CLAIMS, name="claims")
    app.add_typer(PROGRAMMES, name="programmes")
    app.add_typer(PEOPLE, name="people")
    app.add_typer(OUTBOX, name="outbox")
    app.add_typer(INTEGRITY, name="integrity")
    app.add_typer(VOUCHERS, name="vouchers")
    app.add_typer(SHOPS, name="shops")
    return app


def _huanxin(
    language: Annotated[
        str,
        typer.Option("--lang", envvar="HUANXIN_LANG", help="zh or en; otherwise the terminal's language."),
    ] = "",
) -> None:
    """Run a government's programme of equipment renewal: an inventory in, verdicts out."""
    if language:
        os.environ["HUANXIN_LANG"] = language
        words.choose()


def _add(
    app: typer.Typer,
    room: ModuleType,
    *,
    needs_site: bool = False,
    only: tuple[str, ...] = (),
    without: tuple[str, ...] = (),
) -> None:
    """Take over a room's commands, one by one, so that each stands directly under the group it belongs to."""
    for command in room.app.registered_commands:
        name = command.name or command.callback.__name__.rstrip("_").replace("_", "-")
        if (only and name not in only) or name in without:
            continue
        deed = commandline.with_site(command.callback) if needs_site else command.callback
        kwargs: dict[str, Any] = {"help": command.help, "context_settings": command.context_settings}
        app.command(name, **kwargs)(deed)


def main() -> None:
    """Leave with 0 done, 1 a mistake that a person can mend, 2 wrong usage, 3 a mistake of ours."""
    words.choose()
    sys.exit(commandline.run(build))


if __name__ == "__main__":
    main()
