"""Every thing has a Chinese and an English name, one word for one thing, and every sentence is translated."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.apps import apps
from django.utils import translation

from scripts import messages

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHINESE = re.compile(r"[一-鿿]")


def _names() -> Iterator[tuple[str, object]]:
    for model in apps.get_models():
        if not model.__module__.startswith("huanxin."):
            continue
        yield f"{model._meta.label}", model._meta.verbose_name
        yield f"{model._meta.label} (plural)", model._meta.verbose_name_plural
        for field in model._meta.local_fields:
            if not field.auto_created:
                yield f"{model._meta.label}.{field.name}", field.verbose_name


def test_every_model_and_field_has_a_chinese_name() -> None:
    with translation.override("zh-hans"):
        without = [what for what, name in _names() if not CHINESE.search(str(name))]
    assert not without, f"give it verbose_name=_('…'), `make messages`, translate it: {without[:20]}"


def test_every_model_and_field_has_an_english_name() -> None:
    with translation.override("en"):
        without = [what for what, name in _names() if CHINESE.search(str(name))]
    assert not without, f"write message ids in English: {without}"


def test_every_model_stands_in_the_glossary(root: Path) -> None:
    glossary = (root / "docs" / "glossary.md").read_text(encoding="utf-8")
    rows = {
        cell.strip(" `") for line in glossary.splitlines() if line.startswith("|") for cell in line.split("|")
    }
    missing = [
        model._meta.label
        for model in apps.get_models()
        if model.__module__.startswith("huanxin.") and model._meta.object_name not in rows
    ]
    assert not missing, f"add a row 中文 · English · code · clause to docs/glossary.md for: {missing}"


@pytest.mark.parametrize("locale", messages.LOCALES)
def test_every_sentence_is_translated(locale: str) -> None:
    missing = messages.untranslated(locale)
    assert not missing, (
        f"`make messages`, then translate these {len(missing)} in {locale}/…/django.po: {missing[:20]}"
    )


def test_a_word_that_a_page_hands_on_is_found_too(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text('{% include "x.html" with heading=_("One") %}{{ place|default:_("Two") }}')
    assert [said for _line, said, _context in messages.found_in(page)] == ["One", "Two"]


@pytest.mark.parametrize("locale", messages.LOCALES)
def test_every_translation_is_still_used(locale: str) -> None:
    whole = messages.catalogue()
    stale = [m.id for m in messages.read(locale) if m.id and whole.get(m.id, m.context) is None]
    assert not stale, f"run `make messages`: the code no longer says {stale[:20]}"


@pytest.mark.parametrize("locale", messages.LOCALES)
def test_a_translation_keeps_the_gaps_of_its_sentence(locale: str) -> None:
    """A gap that is lost or misspelt would fail when somebody reads the sentence."""
    gaps = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
    wrong = []
    for message in messages.read(locale):
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        for said in strings:
            if said and set(gaps.findall(said)) - set(gaps.findall(" ".join(ids))):
                wrong.append(f"{ids[0]} → {said}")
    assert not wrong, "\n".join(wrong)
