"""Names, facts and keys of a pack: each its own, of the right kind, and all there that this kind needs."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from .expressions import WORDS
from .facts import FactError
from .wording import Message as _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .facts import Fact
    from .pack import Pack
    from .source import Location, Problem, Source

_NAME = re.compile(r"[a-z][a-z0-9_]{0,47}")
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
# What every claim asks besides, whatever its pack.
_ANSWERS = frozenset(
    {"applicant", "place", "phone", "account", "account_name", "bank", "address", "merchant"}
)
_NO_NAME = _("Use a to z, 0 to 9 and _, a letter first.")


def name_problems(pack: Pack, source: Source) -> list[Problem]:
    """Names that are missing, taken twice or misleading, and facts that nobody could answer."""
    said = [*_names(pack), *_checks(pack), *_keys(pack), *_window(pack), *_shares(pack), *_things(pack)]
    said += _counted(pack)
    for name, fact in pack.facts.items() if pack.asset is None else ():
        said += [(("facts", name, *at), what, instead) for at, what, instead in _fact(fact)]
    return [source.problem(at, what, instead) for at, what, instead in said]


def _names(pack: Pack) -> Iterator[tuple[Location, _, _]]:
    if not _ID.fullmatch(pack.id):
        yield ("pack",), _("“{name}” is no id", name=pack.id), _("Use a to z, 0 to 9, - and _.")
    taken = {"on": "the day of the decision"}
    for group in ("facts", "parameters", "derived"):
        for name in getattr(pack, group):
            if name in taken:
                what = _("“{name}” already stands under {group}", name=name, group=taken[name])
                yield (group, name), what, _("Rename one of them.")
            elif not _NAME.fullmatch(name):
                yield (group, name), _("“{name}” is no name", name=name), _NO_NAME
            elif name.upper() in WORDS:
                what = _("“{name}” is a word of expressions", name=name)
                yield (group, name), what, _("Choose another name.")
            taken[name] = group
    for name in pack.tables:
        if not _NAME.fullmatch(name):
            yield ("tables", name), _("“{name}” is no name", name=name), _NO_NAME
    for name in pack.amount.parts if pack.amount else {}:
        if not _NAME.fullmatch(name):
            yield ("amount", "parts", name), _("“{name}” is no name", name=name), _NO_NAME


def _checks(pack: Pack) -> Iterator[tuple[Location, _, _]]:
    ids = [check.id for check in pack.checks]
    for n, check in enumerate(pack.checks):
        if ids.index(check.id) != n or check.id in ("in_force", "apply_by"):
            what = _("there are two checks “{id}”", id=check.id)
            yield ("checks", n, "id"), what, _("Rename one of them.")
        if not _NAME.fullmatch(check.id):
            yield ("checks", n, "id"), _("“{name}” is no name", name=check.id), _NO_NAME
        if pack.judges_assets and check.if_not is None:
            what = _("the check “{id}” does not say what follows when it fails", id=check.id)
            yield ("checks", n), what, _("Add `if_not: must`, `should` or `examine`.")
        if not pack.judges_assets and check.if_not is not None:
            yield ("checks", n, "if_not"), _("`if_not` belongs to limits and duties"), _("Remove it.")


def _keys(pack: Pack) -> Iterator[tuple[Location, _, _]]:
    """What this kind of pack must have, and what it cannot have."""
    if pack.judges_assets and pack.asset is None:
        what = _("a limit or duty says which kind of thing it judges")
        yield (), what, _("Add `asset: electric-motor`.")
    if pack.judges_assets and pack.amount is not None:
        yield ("amount",), _("a limit or duty pays nothing"), _("Write a benefit pack for the money.")
    if not pack.judges_assets and pack.applies_when is not None:
        what = _("`applies_when` belongs to limits and duties")
        yield ("applies_when",), what, _("Write a check with `when:`.")
    if pack.kind == "asset":
        yield from _of_a_kind(pack)
        return
    if not pack.checks:
        yield (), _("“{key}” is missing", key="checks"), _("Add it.")
    for key in ("sector", "identity", "name", "in_service", "measure", "columns"):
        if getattr(pack, key):
            what = _("`{key}` belongs to kinds of things", key=key)
            yield (key,), what, _("Write it in packs/assets/.")


def _of_a_kind(pack: Pack) -> Iterator[tuple[Location, _, _]]:
    for key in ("identity", "sector"):
        if getattr(pack, key) is None:
            yield (), _("“{key}” is missing", key=key), _("Add it.")
    named: list[tuple[Location, str | None]] = [((k,), getattr(pack, k)) for k in ("name", "measure")]
    named += [(("identity", "fact"), pack.identity.fact if pack.identity else None)]
    named += [(("in_service",), pack.in_service), *((("columns", n), c) for n, c in enumerate(pack.columns))]
    for at, name in named:
        if name is not None and name not in pack.facts:
            instead = _("Its facts: {names}.", names=", ".join(pack.facts))
            yield at, _("“{name}” is no fact of this kind", name=name), instead
    wanted = {"measure": ("decimal", "integer"), "in_service": ("date", "integer"), "name": ("text",)}
    for key, types in wanted.items():
        fact = pack.facts.get(getattr(pack, key) or "")
        if fact is not None and fact.type not in types:
            what = _("“{name}” is of type {type}", name=fact.name, type=fact.type)
            yield (key,), what, _("Name a fact of type {types}.", types=" / ".join(types))
    for key in ("checks", "amount", "parameters", "tables", "derived"):
        if getattr(pack, key):
            yield (key,), _("a kind of thing judges nothing"), _("Write a limit or duty with `asset:`.")


def _window(pack: Pack) -> Iterator[tuple[Location, _, _]]:
    window = pack.in_force
    if window is None:
        if pack.kind != "asset":
            yield (), _("“{key}” is missing", key="in_force"), _("Add it.")
        return
    if window.to_on is not None and window.to_on < window.from_on:
        yield ("in_force", "to"), _("`to` lies before `from`"), _("Write a later day, or leave it out.")
    if window.apply_by is not None and window.apply_by < window.from_on:
        what = _("`apply_by` lies before `from`")
        yield ("in_force", "apply_by"), what, _("Write a later day, or leave it out.")
    fact = pack.facts.get(window.dated_by or "")
    if window.dated_by and (fact is None or fact.type != "date"):
        dates = ", ".join(name for name, f in pack.facts.items() if f.type == "date")
        what = _("“{name}” is no date among the facts", name=window.dated_by)
        yield ("in_force", "dated_by"), what, _("Its dates: {names}.", names=dates or "–")


def _shares(pack: Pack) -> Iterator[tuple[Location, _, _]]:
    total = sum(pack.shares.values(), Decimal(0))
    if pack.shares and total != 1:
        what = _("the shares add up to {sum}, not 1", sum=total)
        yield ("shares",), what, _("Write them as parts of 1, such as 0.95 and 0.05.")
    for name, share in pack.shares.items():
        if not 0 <= share <= 1:
            what = _("the share of “{name}” is {share}", name=name, share=share)
            yield ("shares", name), what, _("Write them as parts of 1, such as 0.95 and 0.05.")


def _things(pack: Pack) -> Iterator[tuple[Location, _, _]]:
    """What a claim is about: each by a name of its own, and everything that counts once is among them."""
    for key in ("things", "once_per", "once_group"):
        if getattr(pack, key) and pack.kind != "benefit":
            yield (key,), _("`{key}` belongs to benefits", key=key), _("Remove it.")
    for name in pack.things:
        if not _NAME.fullmatch(name):
            yield ("things", name), _("“{name}” is no name", name=name), _NO_NAME
        if name in pack.facts or name in _ANSWERS:
            what = _("“{name}” already stands under {group}", name=name, group="facts")
            yield ("things", name), what, _("Rename one of them.")
    for n, name in enumerate(pack.once_per):
        if name != "applicant" and name not in pack.things:
            what = _("`once_per` names “{name}”, which is no thing of this pack", name=name)
            instead = _(
                "Describe it under `things:`, or name one of: {names}.",
                names=", ".join(("applicant", *pack.things)),
            )
            yield ("once_per", n), what, instead
    if pack.once_group and "applicant" not in pack.once_per:
        what = _("`once_group` says with which packs a person is counted together")
        yield ("once_group",), what, _("Add `applicant` to `once_per`, or remove it.")
    if pack.once_group and not _ID.fullmatch(pack.once_group):
        what = _("“{name}” is no id", name=pack.once_group)
        yield ("once_group",), what, _("Use a to z, 0 to 9, - and _.")


def _counted(pack: Pack) -> Iterator[tuple[Location, _, _]]:
    """What the office counts itself: an integer of a benefit, by the answers to another fact."""
    for name, fact in pack.facts.items():
        at = ("facts", name, "counted_by")
        if fact.counted_by is None:
            continue
        if pack.kind != "benefit":
            yield at, _("`{key}` belongs to benefits", key="counted_by"), _("Remove it.")
        elif fact.type != "integer":
            what = _("a fact of type {type} has no `{key}`", type=fact.type, key="counted_by")
            yield at, what, _("Make it an integer: how many the person had before.")
        elif fact.counted_by == name or fact.counted_by not in pack.facts:
            what = _("`counted_by` names “{name}”, which is no other fact", name=fact.counted_by)
            others = ", ".join(n for n in pack.facts if n != name)
            yield at, what, _("Name one of: {names}.", names=others)


def _fact(fact: Fact) -> Iterator[tuple[Location, _, _]]:
    """Bounds and examples that are of another type than the fact, or leave no answer."""
    bounds: dict[str, object] = {"lowest": fact.lowest, "highest": fact.highest}
    right = {"date": "date", "decimal": "Decimal", "integer": "Decimal"}.get(fact.type)
    for key, bound in bounds.items():
        if bound is None:
            continue
        if bound == "today" and fact.type == "date":
            continue
        if right is None:
            what = _("a fact of type {type} has no `{key}`", type=fact.type, key=key)
            yield (key,), what, _("Remove it.")
        elif type(bound).__name__ != right:
            what = _("“{value}” is no bound for a fact of type {type}", value=bound, type=fact.type)
            yield (key,), what, _("Write a date or `today` for a date and a number for a number.")
    if right and type(fact.lowest) is type(fact.highest) and None not in bounds.values():
        low, high = bounds.values()
        if low > high:  # type: ignore[operator]
            what = _("`lowest` lies above `highest`")
            yield ("lowest",), what, _("No answer could be given; mend one of them.")
    try:
        fact.parse(fact.example)
    except (FactError, TypeError) as error:
        said = error.what.en if isinstance(error, FactError) else fact.example
        yield ("example",), _("the example is no answer: {said}", said=said), _("Write one that is.")
