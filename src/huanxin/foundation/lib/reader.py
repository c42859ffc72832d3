"""Whoever reads the page, sheet or message that is being written: the language, and texts said in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from django.utils.translation import get_language


class InLanguages(Protocol):
    """What can be said in every language: a text of a pack, a place, what is wrong with an answer."""

    def say(self, language: str) -> str: ...


def language() -> str:
    """The reader's language as Django has it: `zh-hans` or `en`."""
    return get_language() or "zh-hans"


def said(text: InLanguages | Mapping[str, str] | None) -> str:
    """A text in the reader's language, else in Chinese; empty where there is none.

    A mapping has a text for each language, as JSON keeps them: `zh`, `en`.
    """
    if text is None:
        return ""
    if isinstance(text, Mapping):
        return text.get(language()[:2]) or text.get("zh") or ""
    return text.say(language())
