"""What the docs say exists, and what exists is in the docs."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Any

import pytest
import typer

from huanxin.cli import build
from huanxin.foundation.access.models import VERBS, Role
from huanxin.policy import Fact, Pack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
# Read by policy or by the machine, and explained where they are used.
NOT_SETTINGS = {"HUANXIN_TEST"}


@pytest.fixture(scope="module")
def command() -> Any:
    return typer.main.get_command(build())


def _commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    below = getattr(command, "commands", {})
    for name, sub in below.items():
        yield from _commands(sub, (*path, name))
    if not below:
        yield path, command


def _documents(root: Path) -> list[Path]:
    return [
        root / "README.md",
        root / "README.zh.md",
        root / "CONTRIBUTING.md",
        *sorted((root / "docs").rglob("*.md")),
    ]


def test_every_command_in_the_docs_can_be_typed(root: Path, command: Any) -> None:
    known = {" ".join(path): sub for path, sub in _commands(command)}
    targets = set(re.findall(r"^([a-z]+):", (root / "Makefile").read_text(), re.MULTILINE))
    wrong = []
    for document in _documents(root):
        for line in "\n".join(BLOCK.findall(document.read_text(encoding="utf-8"))).splitlines():
            words = shlex.split(line, comments=True)
            if words[:1] == ["make"] and words[1] not in targets:
                wrong.append(f"{document.name}: there is no `make {words[1]}`")
            if words and words[0].rsplit("/", 1)[-1] == "huanxin" and words[1:] != ["--help"]:
                wrong += [f"{document.name}: `{line}`: {why}" for why in _untypable(words[1:], known)]
    assert not wrong, "\n".join(wrong)


def _untypable(words: list[str], known: dict[str, Any]) -> Iterator[str]:
    name = next((n for n in (" ".join(words[:2]), words[0]) if n in known), None)
    if name is None:
        yield f"there is no command “{' '.join(words[:2])}”"
        return
    if name == "django":
        return
    options = {o for parameter in known[name].params for o in (*parameter.opts, *parameter.secondary_opts)}
    for word in words:
        if word.startswith("--") and word.split("=")[0] not in options:
            yield f"`huanxin {name}` has no option {word}"


def test_every_command_and_option_is_in_the_docs(root: Path, command: Any) -> None:
    text = (root / "docs" / "commands.md").read_text(encoding="utf-8")
    sections = {
        part.split("\n", 1)[0].strip("` "): part for part in re.split(r"^### ", text, flags=re.MULTILINE)[1:]
    }
    missing = []
    for path, sub in _commands(command):
        name = "huanxin " + " ".join(path)
        section = sections.get(name)
        if section is None:
            missing.append(f"a section “### `{name}`”")
            continue
        options = [max(p.opts, key=len) for p in sub.params if p.opts and p.opts[0].startswith("-")]
        missing += [f"`{o}` under {name}" for o in options if o != "--help" and f"`{o}`" not in section]
    assert not missing, f"docs/commands.md lacks: {missing}"


def test_every_setting_is_in_the_docs(root: Path, source: Path) -> None:
    text = (root / "docs" / "settings.md").read_text(encoding="utf-8")
    named = {
        name
        for path in source.rglob("*.py")
        for name in re.findall(
            r"[\"'](HUANXIN_[A-Z_]+|DATABASE_URL|PORT)[\"']", path.read_text(encoding="utf-8")
        )
    }
    missing = sorted(name for name in named - NOT_SETTINGS if f"`{name}`" not in text)
    assert not missing, f"docs/settings.md lacks a row for: {missing}"


def test_every_role_and_what_it_may_is_in_the_docs(root: Path) -> None:
    rows = (root / "docs" / "settings.md").read_text(encoding="utf-8").splitlines()
    for role in Role:
        row = next((row for row in rows if row.startswith(f"| `{role}` |")), None)
        assert row, f"docs/settings.md lacks a row for the role {role}"
        said = set(re.findall(r"[a-z]+", row.rsplit("|", 2)[1]))
        assert said == {str(verb) for verb in VERBS[role]}, f"docs/settings.md says {said} of {role}"


def test_every_key_of_a_pack_is_in_the_docs(root: Path) -> None:
    text = (root / "docs" / "pack-format.md").read_text(encoding="utf-8")
    keys = {
        (field.alias or name).removesuffix("_")
        for model in (Pack, Fact)
        for name, field in model.model_fields.items()
    }
    missing = sorted(key for key in keys if not re.search(rf"\b{key}\b", text))
    assert not missing, f"docs/pack-format.md lacks: {missing}"
