"""What does not fit the form of a pack, in plain words, with its line and what to write instead."""

from __future__ import annotations

import difflib
import types
import typing
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from .facts import Text
from .wording import Message as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import ValidationError

    from .source import Location, Problem, Source


def gettext_noop(template: str) -> str:
    """Marks a template for the catalogue where it is not yet a message."""
    return template


_NO_DATE = gettext_noop("“{input}” is not a date")
_WRITE_A_DATE = gettext_noop("Write year-month-day, such as 2024-04-24.")
_KEYS_BELOW = gettext_noop("“{key}” should have keys of its own")
_WRITE_KEYS = gettext_noop("Write `{key}:` and below it, indented, `name: value`.")
_LIST_BELOW = gettext_noop("“{key}” should be a list")
_WRITE_A_LIST = gettext_noop("Begin each line below it with `- `.")
_NOT_A_NUMBER = gettext_noop("“{input}” is not a number")
_WRITE_A_NUMBER = gettext_noop("Write a number.")
_TOO_SMALL = gettext_noop("“{input}” is too small for “{key}”")
_TOO_LARGE = gettext_noop("“{input}” is too large for “{key}”")
_SCHEMA_WORDS = {
    "missing": (gettext_noop("“{key}” is missing"), gettext_noop("Add it.")),
    "extra_forbidden": (
        gettext_noop("“{key}” is not a key of this place"),
        gettext_noop("Remove it, or check its spelling."),
    ),
    "literal_error": (
        gettext_noop("“{input}” cannot stand at “{key}”"),
        gettext_noop("Write one of: {expected}."),
    ),
    "string_type": (gettext_noop("“{key}” should be a text"), gettext_noop("Put it in quotes.")),
    "too_short": (gettext_noop("“{key}” is empty"), gettext_noop("Write at least one.")),
    "bool_type": (
        gettext_noop("“{input}” is neither true nor false"),
        gettext_noop("Write true or false."),
    ),
    **dict.fromkeys(
        ("date_from_datetime_parsing", "date_from_datetime_inexact", "date_parsing", "date_type"),
        (_NO_DATE, _WRITE_A_DATE),
    ),
    **dict.fromkeys(
        ("decimal_parsing", "decimal_type", "int_parsing", "int_type", "int_from_float"),
        (_NOT_A_NUMBER, _WRITE_A_NUMBER),
    ),
    **dict.fromkeys(("dict_type", "model_type", "model_attributes_type"), (_KEYS_BELOW, _WRITE_KEYS)),
    **dict.fromkeys(("tuple_type", "list_type"), (_LIST_BELOW, _WRITE_A_LIST)),
    "bool_parsing": (
        gettext_noop("“{input}” is neither true nor false"),
        gettext_noop("Write true or false."),
    ),
    "greater_than_equal": (_TOO_SMALL, gettext_noop("Write {ge} or more.")),
    "less_than_equal": (_TOO_LARGE, gettext_noop("Write {le} or less.")),
}
_UNION = (
    gettext_noop("“{input}” cannot stand at “{key}”"),
    gettext_noop("Write one value: a number, a date, true or false, or a text."),
)
_NUMBER_OR_DATE = (_UNION[0], gettext_noop("Write a number or a date."))
_TEXT = (gettext_noop("“{key}” should be a text"), gettext_noop("Write {{zh: …, en: …}}."))
_COMMA = gettext_noop("Put a text that holds a comma in quotes.")
_NEAREST = gettext_noop("Did you mean: {names}?")
_KEYS_ARE = gettext_noop("Keys of this place: {names}.")
# What the models themselves say, for the catalogue.
_SAID_BY_MODELS = (
    gettext_noop("name one column, or from/above and to/below, not both"),
    gettext_noop("a range has one of from/above and one of to/below"),
    gettext_noop("a case has either `when: …` or `otherwise: true`"),
    gettext_noop("a case has either `pay: …` or `rate: …` with `base: …`"),
    gettext_noop("`of` lists the choices of a fact of type choice, and of no other"),
    gettext_noop("only decimals and integers have a unit"),
)


def schema_problems(
    source: Source, error: ValidationError, model: type[BaseModel], under: Location = ()
) -> list[Problem]:
    """What pydantic found in a `model` that stands at the place `under`; each mistake once."""
    problems: dict[tuple[int, str], Problem] = {}
    errors = error.errors()
    for found in errors:
        place: Location = found["loc"]
        if found["type"] == "too_short" and any(e["loc"][: len(place)] == place != e["loc"] for e in errors):
            continue  # its items are there, but wrong
        ways = _ways(_annotation_at(model, place[:-1]))
        what, instead = _SCHEMA_WORDS.get(found["type"], ("{message}", ""))
        if len(ways) > 1:
            place, (what, instead) = place[:-1], _UNION if str in ways else _NUMBER_OR_DATE
        elif found["type"] == "model_type" and Text in _ways(_annotation_at(model, place)):
            what, instead = _TEXT
        words = _words(found, place)
        if found["type"] == "extra_forbidden":
            instead, words["names"] = _instead_of(str(place[-1]), _annotation_at(model, place[:-1]))
            if found.get("input", "") is None and instead != _NEAREST:
                # `{en: seventeen, still twenty}` is read as a key `still twenty` without a value.
                instead = _COMMA
        if what == "{message}" and words["message"] in _SAID_BY_MODELS:
            what = str(words["message"])
        problem = source.problem((*under, *_as_written(place)), _(what, **words), _(instead, **words))
        problems.setdefault((problem.line, problem.what.say("en")), problem)
    return list(problems.values())


def _words(found: Mapping[str, Any], place: Location) -> dict[str, object]:
    context = found.get("ctx", {})
    return {
        "key": next((part for part in reversed(place) if isinstance(part, str)), ""),
        "input": str(found.get("input"))[:80],
        "message": str(found["msg"]).removeprefix("Value error, "),
        "expected": str(context.get("expected", "")).replace("'", ""),
        "ge": context.get("ge", ""),
        "le": context.get("le", ""),
    }


def _as_written(place: Location) -> Location:
    """An amount without parts is written as a list, and read as the one part `amount`."""
    return ("amount", *place[3:]) if place[:3] == ("amount", "parts", "amount") else place


def _instead_of(key: str, here: Any) -> tuple[str, str]:
    """The keys that may have been meant, or else all that may stand here."""
    model = next(iter(_ways(here)), None)
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return _SCHEMA_WORDS["extra_forbidden"][1], ""
    keys = [field.alias or name for name, field in model.model_fields.items() if name not in _OURS]
    close = difflib.get_close_matches(key, keys, n=2, cutoff=0.6)
    return (_NEAREST, ", ".join(close)) if close else (_KEYS_ARE, ", ".join(keys))


# Filled in by the reader, not by whoever writes a pack.
_OURS = frozenset({"rows", "name"})


def _annotation_at(model: Any, place: Location) -> Any:
    """What may stand at a place below a model: a model, a mapping, a list, or a choice of these."""
    here = model
    for part in place:
        options = _ways(here)
        here = options[0] if len(options) == 1 else None
        if isinstance(here, type) and issubclass(here, BaseModel):
            fields = here.model_fields
            here = next((f.annotation for n, f in fields.items() if part in (n, f.alias)), None)
        else:
            inner = [a for a in typing.get_args(here) if a is not Ellipsis]
            here = inner[-1] if inner else None
    return here


def _ways(annotation: Any) -> list[Any]:
    """The kinds of values that an annotation lets through, `None` left out."""
    if typing.get_origin(annotation) is typing.Annotated:
        return _ways(typing.get_args(annotation)[0])
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return [way for a in typing.get_args(annotation) if a is not type(None) for way in _ways(a)]
    return [] if annotation is None else [annotation]
