"""Templates: each one is used, and each sentence in it can be translated."""

from __future__ import annotations

import re
from pathlib import Path

import allauth
import pytest
from django.template import TemplateSyntaxError, engines
from django.template.base import VariableDoesNotExist

NAMED = re.compile(r"""["']([\w-]+/[\w/.-]+\.(?:html|txt|svg|js))["']""")

ALLAUTH = Path(allauth.__file__).parent / "templates"
WORD = re.compile(r"[a-z_]+")


def _templates(source: Path) -> dict[str, Path]:
    found = {}
    for folder in source.rglob("templates"):
        found |= {str(p.relative_to(folder)): p for p in folder.rglob("*") if p.is_file()}
    return found


def test_every_template_is_used(source: Path) -> None:
    templates = _templates(source)
    texts = [p.read_text(encoding="utf-8") for p in (*source.rglob("*.py"), *templates.values())]
    named = {name for text in texts for name in NAMED.findall(text)}
    # The text of a message is named by its kind, or by the word that tells it in a table of steps.
    words = {word for path in source.rglob("*.py") for word in WORD.findall(path.read_text(encoding="utf-8"))}
    named |= {n for n in templates if n.startswith("outbox/") and Path(n).stem in words}
    # Pages of django-allauth are named by its own views; ours stand in the place of those it has.
    named |= {name for name in templates if (ALLAUTH / name).is_file()}
    unused = sorted(set(templates) - named)
    assert not unused, f"no view and no other template names these; use or delete them: {unused}"


def test_every_template_can_be_read(source: Path) -> None:
    broken = []
    for name in _templates(source):
        try:
            engines["django"].get_template(name)
        except TemplateSyntaxError as error:
            broken.append(f"{name}: {error}")
    assert not broken, "\n".join(broken)


def test_blocktranslate_is_trimmed(source: Path) -> None:
    wrong = [
        f"{name}: write {{% blocktranslate trimmed … %}}, else indents become part of the message"
        for name, path in _templates(source).items()
        for tag in re.findall(r"{%\s*blocktrans(?:late)?\b[^%]*%}", path.read_text(encoding="utf-8"))
        if "trimmed" not in tag
    ]
    assert not wrong, "\n".join(wrong)


def _untranslated(template: str) -> list[str]:
    """Words between tags that stand in no translate block."""
    for gone in (
        r"{%\s*comment.*?endcomment\s*%}|{#.*?#}",
        r"{%\s*blocktrans.*?{%\s*endblocktrans(?:late)?\s*%}",
        r"<style\b.*?</style>|<script\b.*?</script>",
        r"{%.*?%}|{{.*?}}",
    ):
        template = re.sub(gone, "", template, flags=re.DOTALL)
    return [words.strip(" ·\n") for words in re.findall(r">([^<>]*[A-Za-z一-鿿]{2,}[^<>]*)<", template)]


def test_no_word_on_a_page_escapes_translation(source: Path) -> None:
    wrong = [
        f"{name}: “{words}”: write {{% translate %}} around it"
        for name, path in _templates(source).items()
        for words in _untranslated(path.read_text(encoding="utf-8"))
        if words not in ALLOWED_WORDS
    ]
    assert not wrong, "\n".join(wrong)


# Languages are named in their own; formats and units are written alike in all.
ALLOWED_WORDS = {
    "中文",
    "English",
    "kg",
    "中",
    "EN",
    "Excel",
    "CSV",
    "csv",
    "Parquet",
    "xlsx",
    "Huanxin",
    "焕新",
    "Huanxin 焕新",
    "焕新 Huanxin",
}


def test_an_undefined_variable_is_a_failure() -> None:
    template = engines["django"].from_string("{{ nobody.passed.this }}")
    with pytest.raises(VariableDoesNotExist, match=r"nobody\.passed\.this"):
        template.render({})
