"""The language of the command line: chosen before Django is there, from the same catalogues as the pages."""

from __future__ import annotations

import gettext
import locale
import os
from functools import lru_cache
from pathlib import Path

_CATALOGUES = Path(__file__).resolve().parents[1] / "locale"


def choose() -> str:
    """`zh-hans` or `en`: HUANXIN_LANG, or else LC_ALL, LC_MESSAGES, LANG; Chinese where none of them says."""
    named = (os.environ.get(name, "") for name in ("HUANXIN_LANG", "LC_ALL", "LC_MESSAGES", "LANG"))
    wanted = next(
        (value.lower() for value in named if value and value.upper() not in ("C", "POSIX", "C.UTF-8")), "zh"
    )
    code = "en" if wanted.startswith("en") else "zh-hans"
    _catalogue.cache_clear()
    os.environ["HUANXIN_LANG"] = code
    return code


def translated(message: str) -> str:
    """A message id in the chosen language; itself if the catalogue does not have it."""
    return _catalogue().gettext(message) if message else message


def gettext_noop(message: str) -> str:
    """Marks a message for the catalogues that is translated later, without Django being there."""
    return message


@lru_cache(maxsize=1)
def _catalogue() -> gettext.NullTranslations:
    folder = "en" if os.environ.get("HUANXIN_LANG", "").startswith("en") else "zh_Hans"
    return gettext.translation("django", str(_CATALOGUES), [folder], fallback=True)


def utf8_output() -> None:
    """Chinese reaches the terminal also where the system's locale is C."""
    import sys

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure") and locale.getpreferredencoding(False).lower() not in (
            "utf-8",
            "utf8",
        ):
            stream.reconfigure(encoding="utf-8")
