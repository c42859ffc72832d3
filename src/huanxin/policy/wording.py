"""Sentences for people that are put into the reader's language only when somebody reads them."""

from __future__ import annotations

import functools
import gettext
import os
from contextvars import ContextVar
from pathlib import Path
from typing import Protocol, runtime_checkable

_LOCALE = Path(__file__).resolve().parents[1] / "locale"
_reading: ContextVar[str] = ContextVar("reading", default="")


def reading_language() -> str:
    """The language set by `read_in`, else that of the terminal, else Chinese."""
    said = (
        _reading.get()
        or os.environ.get("HUANXIN_LANG")
        or os.environ.get("LC_ALL")
        or os.environ.get("LANG", "")
    )
    return "en" if said[:2] == "en" else "zh"


def read_in(language: str) -> None:
    """Have messages of this context rendered in `language` (`zh-hans`, `en`); empty: that of the terminal."""
    _reading.set(language)


@functools.cache
def _catalogue(language: str) -> gettext.NullTranslations:
    folder = {"zh": "zh_Hans", "en": "en"}[language]
    return gettext.translation("django", str(_LOCALE), [folder], fallback=True)


@runtime_checkable
class InLanguages(Protocol):
    """What can be said in either language: a message, a text of a pack, what is wrong with an answer."""

    def say(self, language: str) -> str: ...


class Message:
    """A sentence with gaps: the English template is the catalogue's key, the words fill it."""

    def __init__(self, template: str, **words: object) -> None:
        self.template = template
        self.words = words

    def say(self, language: str = "") -> str:
        known = "en" if (language or reading_language())[:2] == "en" else "zh"
        text = _catalogue(known).gettext(self.template) if self.template else ""
        words = {k: w.say(known) if isinstance(w, InLanguages) else w for k, w in self.words.items()}
        return text.format(**words)

    def __str__(self) -> str:
        return self.say()

    def __repr__(self) -> str:
        return f"Message({self.say('en')!r})"

    def __bool__(self) -> bool:
        return bool(self.template)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Message) and (self.template, self.words) == (other.template, other.words)

    def __hash__(self) -> int:
        return hash((self.template, tuple(sorted((k, str(v)) for k, v in self.words.items()))))
