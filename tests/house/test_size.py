"""Files and functions that a person can hold in mind, under names that say what they are about."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MOST_LINES, MOST_LINES_OF_A_FUNCTION = 400, 60
NAMES_THAT_SAY_NOTHING = {"utils", "helpers", "common", "misc", "manager", "base"}


def _files(root: Path) -> Iterator[Path]:
    for folder in ("src", "tests", "scripts", "benchmarks"):
        yield from (p for p in (root / folder).rglob("*.py") if "migrations" not in p.parts)


def test_no_file_is_longer_than_400_lines(root: Path) -> None:
    long = {p: n for p in _files(root) if (n := len(p.read_text(encoding="utf-8").splitlines())) > MOST_LINES}
    assert not long, "\n".join(
        f"{p.relative_to(root)} has {n} lines: split it by what it is about" for p, n in long.items()
    )


def test_no_function_is_longer_than_60_lines(root: Path) -> None:
    long = [
        f"{path.relative_to(root)}:{node.lineno} {node.name}: take a step of it out and name it"
        for path in _files(root)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and (node.end_lineno or 0) - node.lineno + 1 > MOST_LINES_OF_A_FUNCTION
    ]
    assert not long, "\n".join(long)


def test_every_file_is_named_for_what_it_is_about(root: Path) -> None:
    empty = [p for p in _files(root) if NAMES_THAT_SAY_NOTHING & set(p.stem.split("_"))]
    assert not empty, "\n".join(f"{p.relative_to(root)}: name it for the deed or thing in it" for p in empty)
