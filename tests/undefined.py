"""A variable that no view passed: a failure in tests, an empty spot in service."""

from __future__ import annotations

from django.template.base import VariableDoesNotExist


class Undefined(str):
    """What Django puts in for it (`string_if_invalid`); raises when it is put in."""

    __slots__ = ()

    def __contains__(self, key: object) -> bool:
        return key == "%s"

    def __mod__(self, name: object) -> str:
        raise VariableDoesNotExist(f"the template uses {name}, which the view does not pass")

    def __bool__(self) -> bool:
        return True
