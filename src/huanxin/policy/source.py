"""YAML files as data with the line of everything in them, and what is wrong with them."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

import yaml

from .wording import Message
from .wording import Message as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

NOTHING = Message("")
Location = tuple[str | int, ...]
MAX_BYTES = 1_000_000


@dataclass(frozen=True)
class Problem:
    """One mistake in a pack: where it stands, what it is, and what to write instead."""

    file: Path
    line: int
    what: Message
    instead: Message = NOTHING

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}" + (f" — {self.instead}" if self.instead else "")


class PackError(Exception):
    """A pack that cannot be used, with every mistake found in it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


_TAG = "tag:yaml.org,2002:"
_HALF = re.compile("[\ud800-\udfff]")


class _Loader(yaml.SafeLoader):
    """YAML as a policy officer reads it.

    YAML 1.1 makes a truth value of `on` and `no`, 8 of `010`, 90 of `1:30` and a float of `0.05`. Here `on`,
    `no`, `010` and `1:30` are text, and a number is the decimal that is written. Keys are always text.
    """

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}  # type: ignore[misc]

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        for key, _value in node.value:
            if isinstance(key, yaml.ScalarNode):
                key.tag = f"{_TAG}str"
        return super().construct_mapping(node, deep)

    def compose_scalar_node(self, anchor: Any) -> yaml.ScalarNode:
        """JSON writes what lies beyond the basic plane as two escapes, which YAML reads as two halves."""
        node = super().compose_scalar_node(anchor)
        if _HALF.search(node.value):
            node.value = node.value.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
        return node


for _kind, _pattern, _first in (
    ("bool", r"true|True|false|False", "tTfF"),
    ("null", r"~|null|Null", "~nN"),
    ("int", r"[-+]?(0|[1-9][0-9_]{0,29})", "-+0123456789"),
    ("float", r"[-+]?[0-9][0-9_]{0,29}\.[0-9]{1,30}|[-+]?\.[0-9]{1,30}", "-+.0123456789"),
    ("timestamp", r"\d{4}-\d{2}-\d{2}", "0123456789"),
):
    _Loader.add_implicit_resolver(f"{_TAG}{_kind}", re.compile(f"(?:{_pattern})$"), list(_first))
_Loader.add_implicit_resolver(f"{_TAG}null", re.compile("$"), [""])


def _decimal(loader: _Loader, node: yaml.ScalarNode) -> object:
    text = loader.construct_scalar(node).replace("_", "")
    return Decimal(text) if re.fullmatch(r"[-+]?\d*\.\d+", text) else text


def _whole(loader: _Loader, node: yaml.ScalarNode) -> object:
    text = loader.construct_scalar(node).replace("_", "")
    return int(text) if re.fullmatch(r"[-+]?\d{1,40}", text) else text


def _day(loader: _Loader, node: yaml.ScalarNode) -> object:
    """A day that does not exist stays text, so that it is refused with its line and not by YAML."""
    text = loader.construct_scalar(node)
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return text


_Loader.add_constructor(f"{_TAG}float", _decimal)
_Loader.add_constructor(f"{_TAG}int", _whole)
_Loader.add_constructor(f"{_TAG}timestamp", _day)


class Source:
    """A YAML file as data, with the line of every key and item; JSON is read as well.

    `text` stands for what is not in a file, such as the standard input; `path` is then only its name.
    """

    def __init__(self, path: Path, text: str | None = None) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self.lines: dict[Location, int] = {(): 1}
        self.data: Any = None
        text = self._read() if text is None else text
        if text is not None and len(text) > MAX_BYTES:
            self._say(1, _("the file is larger than 1 MB"), _("Tables belong in CSV files."))
        elif text is not None:
            self._parse(text)

    def _read(self) -> str | None:
        try:
            with self.path.open("rb") as stream:
                return stream.read(4 * MAX_BYTES).decode("utf-8-sig")
        except FileNotFoundError:
            self._say(1, _("{file} is missing", file=self.path.name), _("Write it, or check the path."))
        except UnicodeDecodeError:
            self._say(1, _("the file is not UTF-8"), _("Save it as UTF-8."))
        except (OSError, ValueError) as error:
            self._say(1, _("the file cannot be read: {said}", said=said_by(error)))
        return None

    def _say(self, line: int, what: Message, instead: Message = NOTHING) -> None:
        self.problems.append(Problem(self.path, line, what, instead))

    def _parse(self, text: str) -> None:
        try:
            # JSON may be indented with tabs, YAML may not.
            loader = _Loader(text.replace("\t", " ") if text.lstrip()[:1] in ("{", "[") else text)
        except yaml.reader.ReaderError:
            self._say(1, _("the file is not a text"), _("Save it as UTF-8."))
            return
        try:
            self._take(loader, text)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            if "end of stream" in (error.problem or ""):
                # What matters is where the quote was opened, not where the file ends without it.
                mark = error.context_mark or mark
            self._say(
                mark.line + 1 if mark else 1, *_in_words(error.problem or "not YAML", error.context or "")
            )
        except RecursionError:
            self._say(1, _("the file is nested too deeply"))
        except (yaml.YAMLError, ValueError) as error:
            self._say(1, *_in_words(str(error).splitlines()[0]))
        finally:
            loader.dispose()

    def _take(self, loader: _Loader, text: str) -> None:
        node = loader.get_single_node()
        if node is None:
            self._say(1, _("the file is empty"))
            return
        for token in yaml.scan(text) if "*" in text or "&" in text else ():
            if isinstance(token, yaml.AliasToken | yaml.AnchorToken):
                line = token.start_mark.line + 1
                self._say(line, _("anchors and aliases are not used in packs"), _("Write the value out."))
                return
        self._note_lines(node, ())
        self.data = loader.construct_document(node)

    def _note_lines(self, node: yaml.Node, at: Location) -> None:
        self.lines.setdefault(at, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            seen: set[str] = set()
            for key, value in node.value:
                name = str(key.value)
                if name in seen:
                    self._say(
                        key.start_mark.line + 1,
                        _("“{name}” stands here twice", name=name),
                        _("Keep one of them."),
                    )
                seen.add(name)
                self.lines[(*at, name)] = key.start_mark.line + 1
                self._note_lines(value, (*at, name))
        elif isinstance(node, yaml.SequenceNode):
            for number, item in enumerate(node.value):
                self._note_lines(item, (*at, number))

    def line(self, at: Iterable[str | int]) -> int:
        """The line of a place, or of the nearest thing around it."""
        place = tuple(at)
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def problem(self, at: Iterable[str | int], what: Message, instead: Message = NOTHING) -> Problem:
        return Problem(self.path, self.line(at), what, instead)


def said_by(error: Exception) -> str:
    """What the system says of a file, without the file's name."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


_INDENT = _("this line does not fit those above it")
_BRACKET = _("a closing bracket stands here that was not opened")
_UNCLOSED = _("a bracket or a quote before or on this line is not closed")
# What the parser says, what is wrong in words, and what to look for.
_SAID: tuple[tuple[str, Message, Message], ...] = (
    ("but found '}'", _BRACKET, _("Remove it, or open it before.")),
    ("but found ']'", _BRACKET, _("Remove it, or open it before.")),
    (
        "but found '<scalar>'",
        _("a text goes on behind its closing quote, or the line does not fit those above it"),
        _("Put the whole text in quotes, and write a quote inside it twice; indent alike."),
    ),
    (
        "expected <block end>",
        _INDENT,
        _("Indent lines of one list or of one group alike, and begin list items with `- `."),
    ),
    (
        "could not find expected ':'",
        _("a key without a colon stands here, or a text without its quote"),
        _("Write `key: value`; put a text of several lines in quotes, opened and closed."),
    ),
    ("expected ',' or", _UNCLOSED, _("Close it, and part what stands in brackets with commas.")),
    ("unexpected end of stream", _UNCLOSED, _("Look for the quote that is opened and not closed.")),
    ("cannot start any token", _("a text begins with a character that YAML keeps"), _("Put it in quotes.")),
    ("unknown escape character", _("a backslash in double quotes"), _("Put the text in single quotes.")),
    (
        "expected the node content",
        _("a value is missing, or a bracket stands where none may"),
        _("Look for a missing quote, a comma too many, or a bracket too many."),
    ),
    (
        "expected alphabetic or numeric character",
        _("a text begins with a character that YAML keeps"),
        _("Put it in quotes."),
    ),
    ("undefined alias", _("anchors and aliases are not used in packs"), _("Put it in quotes.")),
    (
        "found another document",
        _("a second document begins here"),
        _("Remove the line `---`; write one pack in a file."),
    ),
)


def _in_words(said: str, context: str = "") -> tuple[Message, Message]:
    """The mistakes of YAML that people make, in words, with what the parser says; the rest as it puts it."""
    if "'\\t'" in said:
        return _("the line is indented with a tab"), _("Indent with spaces.")
    if "mapping values are not allowed" in said:
        return _("a colon stands where none may"), _("Put the text in quotes, or indent the line.")
    for part, what, instead in _SAID:
        if part in said:
            return _("{what} (the reader of YAML says: {said})", what=what, said=said), instead
    if "flow" in context or "quoted" in context:
        return _("{what} (the reader of YAML says: {said})", what=_UNCLOSED, said=said), _("Close it.")
    return _("not readable as YAML: {said}", said=said), _("Check colons, quotes and indents.")
