"""How a body is read: one JSON document without signs that nobody can keep."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ninja.parser import Parser

if TYPE_CHECKING:
    from django.http import HttpRequest

_DEEPEST = 20


class StrictJson(Parser):
    """JSON with no NaN, no NUL and no half of a surrogate pair."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The document. Raises ValueError where it is none; ninja answers 400."""
        try:
            found = json.loads(request.body, parse_constant=_no_number)
        except RecursionError as deep:
            raise ValueError("nested too deeply") from deep
        _check(found, 0)
        return found


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")


def _check(value: Any, depth: int) -> None:
    if depth > _DEEPEST:
        raise ValueError("nested too deeply")
    if isinstance(value, str) and not _is_plain(value):
        raise ValueError("a text has a sign that cannot be kept")
    if isinstance(value, dict):
        for name, inner in value.items():
            _check(name, depth + 1)
            _check(inner, depth + 1)
    if isinstance(value, list):
        for inner in value:
            _check(inner, depth + 1)


def _is_plain(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)
