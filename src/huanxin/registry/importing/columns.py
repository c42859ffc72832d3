"""Which column of a sheet holds which fact, guessed from its heading in Chinese or English.

No database here.
"""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from huanxin.foundation.lib import reader
from huanxin.foundation.lib.spreadsheets import SheetError, plain
from huanxin.policy import Fact, Pack, Text

from . import heading_units
from .heading_units import BRACKETS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# What a row may say beside the facts of its kind: the heading in templates, and other headings that say it.
BESIDE: dict[str, tuple[Text, tuple[str, ...]]] = {
    "place": (
        Text(zh="所在地（名称或代码）", en="Place (name or code)"),
        (
            "place",
            "place code",
            "所在地",
            "地区",
            "所在地区",
            "行政区划",
            "行政区划代码",
            "区划代码",
            "所在旗县区",
            "地址",
            "安装地址",
            "使用地点",
        ),
    ),
    "league": (
        Text(zh="盟市", en="League or city"),
        (
            "league",
            "prefecture",
            "city",
            "所在盟市",
            "major area (prefecture, district)",
        ),
    ),
    "banner": (
        Text(zh="旗县（市、区）", en="Banner, county or district"),
        (
            "banner",
            "county",
            "district",
            "旗县",
            "旗县区",
            "所在旗县",
            "区县",
            "local area (taluk, county)",
        ),
    ),
    "latitude": (Text(zh="纬度", en="Latitude"), ("lat", "北纬")),
    "longitude": (Text(zh="经度", en="Longitude"), ("lon", "lng", "long", "东经")),
    "location_accuracy": (Text(zh="坐标精度", en="Location accuracy"), ("位置精度",)),
    "holder": (
        Text(zh="使用单位或所有人", en="Holder"),
        (
            "owner",
            "使用单位",
            "使用单位名称",
            "产权单位",
            "所有人",
            "持有人",
            "单位名称",
            "企业名称",
            "机主",
            "车主",
        ),
    ),
    "holder_no": (
        Text(zh="统一社会信用代码或身份证号", en="Holder's number"),
        (
            "holder number",
            "uscc",
            "统一社会信用代码",
            "使用单位统一社会信用代码",
            "身份证号",
            "身份证号码",
            "公民身份号码",
            "证件号码",
            "单位代码",
        ),
    ),
}


@dataclass
class Guess:
    """What each column is taken for: `columns` maps every heading to a target, or to `""` if it is not used.

    `notes` says for a heading why it was not taken; `missing` are facts that found no column; `is_remembered`
    tells that a person has said so for these headings before.
    """

    columns: dict[str, str]
    notes: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    is_remembered: bool = False


def targets(kind: Pack) -> dict[str, Text]:
    """Everything a column may hold, with its name for people.

    The facts of the kind, then what stands beside them.
    """
    return {name: fact.ask for name, fact in kind.facts.items()} | {
        name: says for name, (says, _names) in BESIDE.items() if name not in kind.facts
    }


def signature(headers: Sequence[str]) -> str:
    """The same for the same headings in any order."""
    return hashlib.sha256("\n".join(sorted(plain(h) for h in headers)).encode()).hexdigest()


def known_headings(kind: Pack) -> frozenset[str]:
    """Every heading that could be recognised, for finding the line of headings in a sheet."""
    names = {n for fact in kind.facts.values() for n in _names(fact)}
    names |= {plain(n) for name in BESIDE for n in _beside_names(name)}
    return frozenset(names | {_bare(n) for n in names})


def guess(headers: Sequence[str], kind: Pack) -> Guess:
    """Take each column for what its heading says, exactly first, then without what stands in brackets.

    A heading whose bracket names another unit than the fact is kept in is not taken, and `notes` says so.
    """
    by_name: dict[str, str] = {}
    for name in BESIDE:
        by_name.update({plain(h): name for h in _beside_names(name)})
    for fact in kind.facts.values():
        by_name.update(dict.fromkeys(_names(fact), fact.name))
    found, named = Guess({h: "" for h in headers}), targets(kind)
    taken: dict[str, str] = {}
    for spelled in (plain, _bare):
        for header in headers:
            target = by_name.get(spelled(header))
            if not header or found.columns[header] or target is None or header in found.notes:
                continue
            if target in taken:
                found.notes[header] = _(
                    "By its heading this is “%(fact)s” too, for which the column “%(other)s” is taken."
                ) % {"fact": reader.said(named[target]), "other": taken[target]}
            elif spelled is _bare and (why := other_unit(header, kind.facts.get(target))):
                found.notes[header] = why
            else:
                found.columns[header] = target
                taken[target] = header
    found.missing = [name for name in kind.facts if name not in taken]
    return found


def said(mapping: Mapping[str, str], headers: Sequence[str], kind: Pack, start: Guess) -> Guess:
    """`start` with what a person said instead.

    Raises `SheetError` for a heading or a fact that is not there, and for two headings said to hold one fact.
    """
    allowed = targets(kind)
    columns = dict(start.columns)
    by_plain = {plain(h): h for h in headers}
    _refuse_two(mapping, allowed)
    _refuse_other_unit(mapping, kind)
    for header, target in mapping.items():
        if plain(header) not in by_plain:
            raise SheetError(
                _("The sheet has no column “%(name)s”.") % {"name": header},
                _("It has: %(names)s.") % {"names": ", ".join(headers)},
            )
        if target and target not in allowed:
            raise SheetError(
                _("“%(name)s” is no fact of this kind.") % {"name": target},
                _("Choose one of: %(names)s.") % {"names": ", ".join(allowed)},
            )
        columns = {h: ("" if target and t == target else t) for h, t in columns.items()}
        columns[by_plain[plain(header)]] = target
    used = set(columns.values())
    notes = {h: n for h, n in start.notes.items() if not columns[h]}
    return Guess(columns, notes, [n for n in kind.facts if n not in used], start.is_remembered)


def _refuse_two(mapping: Mapping[str, str], allowed: Mapping[str, Text]) -> None:
    first: dict[str, str] = {}
    for header, target in mapping.items():
        if target in allowed and (other := first.setdefault(target, header)) != header:
            raise SheetError(
                _("The columns “%(a)s” and “%(b)s” are both said to be “%(fact)s”.")
                % {"a": other, "b": header, "fact": reader.said(allowed[target])},
                _("Keep the right one, and take the other for something else or leave it unused."),
            )


def _refuse_other_unit(mapping: Mapping[str, str], kind: Pack) -> None:
    for header, target in mapping.items():
        if why := other_unit(header, kind.facts.get(target)):
            raise SheetError(f"“{header}”{_(': ')}{why}", _("Or leave the column unused."))


def _beside_names(name: str) -> tuple[str, ...]:
    says, others = BESIDE[name]
    return (name, says.zh, says.en, *others)


def _names(fact: Fact) -> set[str]:
    return {
        plain(n)
        for n in (fact.name, fact.name.replace("_", " "), fact.ask.zh, fact.ask.en, *fact.headers)
        if n
    }


def _bare(header: str) -> str:
    return plain(BRACKETS.sub("", unicodedata.normalize("NFKC", header)))


def other_unit(header: str, fact: Fact | None) -> str:
    """What to do about a heading that names another unit; `""` where it is one of the fact's own names."""
    if fact is None or plain(header) in _names(fact):
        return ""
    return heading_units.other_unit(header, fact)
