"""The catalogues of the interface: taken from code and templates, merged with the translations, compiled.

    python scripts/messages.py extract     new and changed messages into every django.po; English fills itself
    python scripts/messages.py compile     django.mo beside every django.po that is newer
    python scripts/messages.py open        what is not translated yet; exit code 1 if anything is not

Babel does all of it, so that no machine needs GNU gettext.
"""

from __future__ import annotations

import ast
import os
import re
import sys
from contextlib import redirect_stderr
from io import BytesIO, StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = Path(__file__).resolve().parents[1] / "src" / "huanxin"
LOCALES = {"zh_Hans": "zh_Hans", "en": "en"}
KEYWORDS: dict[str, tuple[object, ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "translated": None,
    "Message": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
Found = tuple[int, "str | tuple[str, ...]", "str | None"]


def found_in(path: Path) -> Iterator[Found]:
    """Messages of one file with their lines and contexts."""
    text = path.read_text(encoding="utf-8")
    if path.suffix in (".html", ".txt"):
        text = _as_python(text)
    # Babel complains of empty texts, which stand for "nothing to say" in policy.
    with redirect_stderr(StringIO()):
        messages = list(extract("python", BytesIO(text.encode()), KEYWORDS))
    for line, message, _comments, context in messages:
        yield line, message, context
    if path.name == "cli.py":
        yield from _of_commands(text)
    if path.name in ("api.py", "programs.py", "problems.py"):
        yield from _of_interface(text)


def _as_python(template: str) -> str:
    """A template's messages as Python calls, each on its own line; Django itself finds them.

    `_("…")` handed to a filter or a tag is one of them.
    """
    from django.utils.translation.template import templatize

    lines = []
    for line in templatize(template).split("\n"):
        calls = re.findall(
            r"""((?:n?p?gettext|\b_)\((?:u?'(?:\\.|[^'\\])*'|u?"(?:\\.|[^"\\])*"|[\s,]|count)+\))""", line
        )
        lines.append("; ".join(calls))
    return "\n".join(lines)


def _of_commands(text: str) -> Iterator[Found]:
    """Help of the command line: docstrings of commands, and every `help=` and `prompt=` text."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and (doc := ast.get_docstring(node)) and _is_command(node):
            yield node.lineno, doc, None
        if isinstance(node, ast.keyword) and node.arg == "help" and isinstance(node.value, ast.Constant):
            yield node.value.lineno, str(node.value.value), None


def _of_interface(text: str) -> Iterator[Found]:
    """What the OpenAPI document says: docstrings of operations and of what they take and answer, with every
    `description=` of a field."""
    for node in ast.walk(ast.parse(text)):
        is_shape = isinstance(node, ast.ClassDef) and any("BaseModel" in ast.unparse(b) for b in node.bases)
        is_shape = is_shape or (isinstance(node, ast.ClassDef) and node.name.endswith(("In", "Out")))
        is_operation = isinstance(node, ast.FunctionDef) and any(
            ast.unparse(mark).startswith("router.") for mark in node.decorator_list
        )
        if (is_shape or is_operation) and (doc := ast.get_docstring(node)):
            yield node.lineno, doc, None
        if (
            isinstance(node, ast.keyword)
            and node.arg == "description"
            and isinstance(node.value, ast.Constant)
        ):
            yield node.value.lineno, str(node.value.value), None


def _is_command(node: ast.FunctionDef) -> bool:
    return node.name == "_huanxin" or any(
        isinstance(mark, ast.Call)
        and isinstance(mark.func, ast.Attribute)
        and mark.func.attr in ("command", "callback")
        for mark in node.decorator_list
    )


def catalogue() -> Catalog:
    """Every message of the project, with the files it stands in."""
    import django
    from django.conf import settings

    if not settings.configured:
        settings.configure(USE_I18N=True)
        django.setup()
    whole = Catalog()
    paths = sorted(p for kind in ("*.py", "*.html", "*.txt") for p in SOURCE.rglob(kind))
    for path in paths:
        if "migrations" in path.parts or "static" in path.parts:
            continue
        for _line, message, context in found_in(path):
            if not message:
                continue
            # No line numbers: they would change with every edit and hide what did change.
            whole.add(message, locations=[(str(path.relative_to(SOURCE.parent)), 0)], context=context)
    return whole


def read(locale: str) -> Catalog:
    """A language's catalogue as it lies in the project; empty if there is none yet."""
    path = _po(locale)
    if not path.is_file():
        return Catalog(locale=LOCALES[locale])
    with path.open("rb") as stream:
        return read_po(stream, locale=LOCALES[locale])


def merge() -> None:
    """Bring every catalogue up to the code. A message that is gone leaves; nothing is guessed."""
    whole = catalogue()
    for locale in LOCALES:
        known = read(locale)
        known.update(whole, no_fuzzy_matching=True, update_header_comment=False)
        known.obsolete.clear()
        for message in known:
            if locale == "en" and message.id:
                message.string = message.id
        path = _po(locale)
        path.parent.mkdir(parents=True, exist_ok=True)
        text = BytesIO()
        write_po(
            text,
            known,
            width=110,
            sort_output=True,
            ignore_obsolete=True,
            include_lineno=False,
            omit_header=True,
        )
        path.write_text(_head(known) + text.getvalue().decode(), encoding="utf-8")


def _head(known: Catalog) -> str:
    """The head without dates and names: they would change the file when nothing changed."""
    return (
        "# Messages are taken from the code by `make messages`; translations are written here by hand.\n"
        'msgid ""\nmsgstr ""\n'
        f'"Language: {known.locale}\\n"\n"Plural-Forms: {known.plural_forms}\\n"\n'
        '"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n\n'
    )


def untranslated(locale: str) -> list[str]:
    """Messages of the code that the catalogue lacks, has empty, or marks as fuzzy."""
    known = read(locale)
    missing = []
    for message in catalogue():
        found = known.get(message.id, message.context) if message.id else message
        if message.id and (found is None or found.fuzzy or not _is_whole(found.string)):
            missing.append(message.id if isinstance(message.id, str) else message.id[0])
    return missing


def _is_whole(string: str | tuple[str, ...]) -> bool:
    return all(string) if isinstance(string, tuple) else bool(string)


def compile_all() -> None:
    """Write django.mo where django.po is newer; a running site never reads half a file."""
    for locale in LOCALES:
        po, mo = _po(locale), _po(locale).with_suffix(".mo")
        if not po.is_file() or (mo.is_file() and mo.stat().st_mtime >= po.stat().st_mtime):
            continue
        part = mo.with_suffix(".part")
        with part.open("wb") as stream:
            write_mo(stream, read(locale))
        part.replace(mo)


def _po(locale: str) -> Path:
    return SOURCE / "locale" / locale / "LC_MESSAGES" / "django.po"


def main(deed: str) -> int:
    os.environ.setdefault("HUANXIN_DEV", "1")
    if deed == "extract":
        merge()
    elif deed == "compile":
        compile_all()
    elif deed == "open":
        lacking = {locale: untranslated(locale) for locale in LOCALES}
        for locale, messages in lacking.items():
            for message in messages:
                print(f"{locale}: {message}")
        return int(any(lacking.values()))
    else:
        print(__doc__, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
