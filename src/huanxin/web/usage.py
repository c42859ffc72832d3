"""What the command line's library says of a wrong call, in the reader's language and with what to write.

The library words its errors in English and hands them on as text; they are told apart by that text, and one
that is not known here stays as it is.
"""

from __future__ import annotations

import re

from . import words
from .words import gettext_noop

_QUOTED = r"'(?P<given>.*?)'"
_BAD = r"Invalid value for '(?P<name>[^']+)': "
_FILE = rf"{_BAD}(?:[Ff]ile|[Pp]ath|[Dd]irectory) {_QUOTED} "
_SENTENCES = tuple(
    (re.compile(pattern, re.DOTALL), message)
    for pattern, message in (
        (r"Missing option '(?P<name>[^']+)'\.", gettext_noop("The option %(name)s is missing.")),
        (r"Missing argument '(?P<name>[^']+)'\.", gettext_noop("The argument %(name)s is missing.")),
        (r"Missing command\.", gettext_noop("The command is missing.")),
        (
            r"No such option: (?P<name>\S+) \(Possible options: (?P<known>[^)]*)\)",
            gettext_noop("There is no option %(name)s. Did you mean %(known)s?"),
        ),
        (r"No such option: (?P<name>\S+)", gettext_noop("There is no option %(name)s.")),
        (
            r"No such command '(?P<name>[^']*)'\. Did you mean (?P<known>.*)\?",
            gettext_noop("There is no command %(name)s. Did you mean %(known)s?"),
        ),
        (r"No such command '(?P<name>[^']*)'\.", gettext_noop("There is no command %(name)s.")),
        (
            r"Got unexpected extra arguments? \((?P<given>.*)\)",
            gettext_noop("Too many arguments: %(given)s."),
        ),
        (
            r"Option '(?P<name>[^']+)' does not take a value\.",
            gettext_noop("The option %(name)s takes no value."),
        ),
        (
            r"Option '(?P<name>[^']+)' requires .*",
            gettext_noop("The option %(name)s needs a value after it."),
        ),
        (
            rf"{_BAD}Value error, {_QUOTED} does not match the formats? .*",
            gettext_noop("%(name)s: “%(given)s” is not a day. Write it as 2026-03-01."),
        ),
        (
            rf"{_BAD}Input should be a valid integer.*",
            gettext_noop("%(name)s: this is not a whole number."),
        ),
        (
            rf"{_BAD}Input should be a valid number.*",
            gettext_noop("%(name)s: this is not a number."),
        ),
        (
            rf"{_BAD}Input should be greater than or equal to (?P<bound>\S+)",
            gettext_noop("%(name)s: it must be %(bound)s or more."),
        ),
        (
            rf"{_BAD}Input should be less than or equal to (?P<bound>\S+)",
            gettext_noop("%(name)s: it must be %(bound)s or less."),
        ),
        (
            rf"{_FILE}does not exist\.",
            gettext_noop("%(name)s: there is no file “%(given)s”."),
        ),
        (
            rf"{_FILE}is a directory\.",
            gettext_noop("%(name)s: “%(given)s” is a folder; name a file."),
        ),
        (
            rf"{_FILE}is not readable\.",
            gettext_noop("%(name)s: “%(given)s” cannot be read with your rights."),
        ),
    )
)

# Help that the library adds to the options at the top; put into the catalogues by standing here.
ADDED = (
    gettext_noop("Install completion for the current shell."),
    gettext_noop("Show completion for the current shell, to copy it or customize the installation."),
)


def worded(text: str) -> str:
    """A sentence of the library as ours; `text` itself where it is none that is known."""
    for pattern, message in _SENTENCES:
        found = pattern.fullmatch(text.strip())
        if found is not None:
            return words.translated(message) % found.groupdict()
    return text
