"""Which place a name means, among the names people really write; no database here."""

from __future__ import annotations

import csv
import functools
import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

# Words that say what kind of place it is; with or without them a name means the same place.
_KIND_WORDS = re.compile(
    r"\b(inner mongolia|autonomous region|autonomous|league|city|municipality|prefecture|prefecture-level"
    r"|county|district|banner|united|shi|meng|xian|qu|qi|zizhiqi)\b"
)
_ZH_KIND = re.compile(r"(?<=..)(自治旗|联合旗|矿区|市|盟|旗|县|区)$")
# Below this likeness (of 100) a name is not even suggested.
_LIKE_ENOUGH = 75


@dataclass(frozen=True)
class Known:
    """A place as its file has it."""

    code: str
    zh: str
    en: str
    level: str
    parent: str
    aliases: tuple[str, ...]


@dataclass(frozen=True)
class Named:
    """What a name was found to mean: `codes` certainly (several: it is ambiguous), `like` only perhaps."""

    codes: tuple[str, ...] = ()
    like: tuple[str, ...] = ()


def read_places(path: Path) -> list[Known]:
    """The places of a `places.csv`, parents first."""
    with path.open(encoding="utf-8", newline="") as stream:
        return [
            Known(
                r["code"],
                r["zh"],
                r["en"],
                r["level"],
                r["parent"],
                tuple(filter(None, r["aliases"].split(";"))),
            )
            for r in csv.DictReader(stream)
        ]


def spelled(name: str) -> str:
    """A name without case, marks, spaces and the words that only say what kind of place it is."""
    text = unicodedata.normalize("NFKD", name).casefold()
    text = "".join(c for c in text if not unicodedata.combining(c))
    text = _KIND_WORDS.sub(" ", re.sub(r"['’ʼ`´]", "", text))
    return _ZH_KIND.sub("", re.sub(r"[\s\-_.,·]+", "", text))


@dataclass(eq=False)
class Gazetteer:
    """All places of a region, found by code, by name or by a whole address. Build it once, ask it often."""

    places: dict[str, Known]
    _by_name: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _zh: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def of(cls, places: Iterable[Known]) -> Gazetteer:
        made = cls({p.code: p for p in places})
        for place in made.places.values():
            for name in (place.zh, place.en, *place.aliases):
                made._by_name[spelled(name)].add(place.code)
            for name in (place.zh, *(a for a in place.aliases if len(a) > 2 and a[0] >= "\u4e00")):
                made._zh[name].add(place.code)
        return made

    def named(self, text: str, within: str = "") -> Named:
        """The places that `text` means; `within` keeps to those under a code.

        Takes codes (`1525`, `152500`, `152502000000`), names with or without 市, 盟, 旗, banner …, and whole
        addresses. An unclear spelling comes back as `like`, never as an answer.
        """
        return self._named(text.strip(), within)

    @functools.lru_cache(maxsize=65536)  # noqa: B019 - a gazetteer lives as long as the process
    def _named(self, text: str, within: str) -> Named:
        if not text:
            return Named()
        if text.isdigit():
            code = self._code(text)
            return Named((code,) if code and code.startswith(within) else ())
        wanted = [spelled(text), *(spelled(part) for part in re.split(r"[()（）/、,，]", text))]
        for name in wanted:
            codes = [c for c in self._by_name.get(name, ()) if name and c.startswith(within)]
            if codes:
                return Named(self._deepest(codes) if len(text) > 2 else tuple(sorted(codes)))
        if inside := self._in_address(text, within):
            return Named(inside)
        names = [n for n, held in self._by_name.items() if any(c.startswith(within) for c in held)]
        near = process.extract(wanted[0], names, scorer=fuzz.ratio, limit=3, score_cutoff=_LIKE_ENOUGH)
        like = dict.fromkeys(
            c for name, _s, _i in near for c in sorted(self._by_name[name]) if c.startswith(within)
        )
        return Named(like=tuple(like))

    def _code(self, digits: str) -> str | None:
        for length in (len(digits), 6, 4, 2):
            if length <= len(digits) and digits[:length] in self.places and not digits[length:6].strip("0"):
                return digits[:length]
        return None

    def _in_address(self, text: str, within: str) -> tuple[str, ...]:
        """The deepest place named inside a longer text, such as 内蒙古自治区锡林郭勒盟锡林浩特市东大街1号."""
        found: set[str] = set()
        covered: list[tuple[int, int]] = []
        for name in sorted(self._zh, key=len, reverse=True):
            start = text.find(name)
            # 科尔沁右翼中旗 also holds the name 科尔沁: the longer name counts.
            if start >= 0 and not any(a <= start < b for a, b in covered):
                covered.append((start, start + len(name)))
                found.update(c for c in self._zh[name] if c.startswith(within))
        return self._deepest(found)

    def _deepest(self, codes: Iterable[str]) -> tuple[str, ...]:
        """Without the codes that others lie under: league and banner together mean the banner."""
        held = set(codes)
        return tuple(sorted(c for c in held if not any(o != c and o.startswith(c) for o in held)))
