"""Packs written for a test: a few lines on top of a plain head."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

from huanxin import policy

if TYPE_CHECKING:
    from pathlib import Path

HEAD = """\
pack: trial
title: {zh: 试验, en: Trial}
kind: benefit
subject: claim
document: {zh: 试验文件, en: Trial document}
source: tests
confidence: seen
in_force: {from: 2024-01-01}
"""


def write(folder: Path, body: str, tables: dict[str, str] | None = None, head: str = HEAD) -> Path:
    """A pack's folder under `folder`; `body` follows the head."""
    home = folder / "benefits" / "trial"
    (home / "tables").mkdir(parents=True, exist_ok=True)
    (home / "pack.yaml").write_text(head + dedent(body), encoding="utf-8")
    for name, cells in (tables or {}).items():
        (home / "tables" / name).write_text(dedent(cells), encoding="utf-8")
    return home


def pack(folder: Path, body: str, tables: dict[str, str] | None = None) -> policy.Pack:
    return policy.load(write(folder, body, tables))


def problems(folder: Path, body: str, tables: dict[str, str] | None = None, head: str = HEAD) -> list[str]:
    """What `packs check` says of it, without the path."""
    home = write(folder, body, tables, head)
    library = policy.Library([*policy.pack_folders(), folder])
    found = policy.check(home, library)
    return [f"{p.file.name}:{p.line}: {p.what.say('en')} — {p.instead.say('en')}" for p in found]
