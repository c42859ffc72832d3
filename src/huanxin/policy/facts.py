"""What a pack asks: facts, their kinds of values, and how a person's writing of them is read."""

from __future__ import annotations

import datetime as dt
import operator
import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from . import numerals
from .units import unit_words

if TYPE_CHECKING:
    from collections.abc import Callable

Value = dt.date | Decimal | int | bool | str
FactType = Literal["date", "choice", "decimal", "integer", "boolean", "text"]

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_YUAN = re.compile(r"\s*(元整?|圆整?|块钱?|yuan|rmb)$", re.IGNORECASE)
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_COMPACT_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
_TIME_TAIL = re.compile(r"[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$")
# JSON can write half of a pair of UTF-16 units alone; no file, database or page can hold it.
_HALF = re.compile("[\ud800-\udfff]")
_YES = frozenset({"true", "yes", "y", "1", "是", "有", "对", "√", "✓"})
_NO = frozenset({"false", "no", "n", "0", "否", "无", "不是", "×", "✗"})


class Text(BaseModel):
    """A text of a pack in the languages it was written in; a bare string in YAML stands for all of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zh: str
    en: str = ""
    mn: str = ""

    @model_validator(mode="before")
    @classmethod
    def _from_bare_string(cls, value: object) -> object:
        return {"zh": value, "en": value} if isinstance(value, str) else value

    def say(self, language: str) -> str:
        """The text in `language` (`zh-hans`, `en`, `mn`), or in Chinese where it was not written."""
        return {"en": self.en, "mn": self.mn}.get(language[:2], self.zh) or self.zh


class Choice(Text):
    """One answer of a fact of type choice; `also` lists other ways in which sheets write it."""

    also: tuple[str, ...] = ()


class FactError(ValueError):
    """A value that a fact cannot take: what is wrong with it, and what to write instead.

    `in_files` is what to write in YAML or JSON, where it differs from what a person writes in a form.
    """

    def __init__(self, what: Text, instead: Text, in_files: Text | None = None) -> None:
        super().__init__(f"{what.en}: {instead.en}")
        self.what = what
        self.instead = instead
        self.in_files = in_files or instead

    def __reduce__(self) -> tuple[type[FactError], tuple[Text, Text, Text]]:
        return FactError, (self.what, self.instead, self.in_files)

    def of_file(self) -> FactError:
        """The same as it is said of a file of facts or cases, which holds codes."""
        return FactError(self.what, self.in_files)

    def say(self, language: str) -> str:
        stop = "。" if language.startswith("zh") else ". "
        return f"{self.what.say(language)}{stop}{self.instead.say(language)}".strip()


class Fact(BaseModel):
    """One question of a pack: a form field, a column of a sheet and a column of the engine at once."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    type: FactType
    unit: str = ""
    places: int = Field(default=4, ge=0, le=8)
    of: dict[str, Choice] = Field(default_factory=dict)
    ask: Text
    proof: Text | None = None
    needed_when: str | None = None
    counted_by: str | None = None
    lowest: Decimal | dt.date | None = None
    highest: Decimal | dt.date | Literal["today"] | None = None
    headers: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    example: Decimal | bool | dt.date | str | None = None

    @field_validator("of", mode="before")
    @classmethod
    def _codes_alone(cls, value: object) -> object:
        return {str(code): str(code) for code in value} if isinstance(value, list | tuple) else value

    @field_validator("headers", "unknown", mode="before")
    @classmethod
    def _as_text(cls, value: object) -> object:
        return tuple(str(item) for item in value) if isinstance(value, list | tuple) else value

    @model_validator(mode="after")
    def _is_whole(self) -> Fact:
        if (self.type == "choice") != bool(self.of):
            raise ValueError("`of` lists the choices of a fact of type choice, and of no other")
        if self.unit and self.type not in ("decimal", "integer"):
            raise ValueError("only decimals and integers have a unit")
        return self

    @property
    def duck_type(self) -> str:
        """The column type in DuckDB, Parquet and Spark."""
        if self.type == "decimal":
            return f"DECIMAL(18,{self.places})"
        return {"date": "DATE", "integer": "BIGINT", "boolean": "BOOLEAN"}.get(self.type, "VARCHAR")

    @property
    def unit_said(self) -> Text:
        """The unit in words of the reader: yuan is written in packs as CNY, years as a."""
        zh, en = unit_words(self.unit)
        return Text(zh=zh, en=en)

    def parse(self, raw: object, today: dt.date | None = None) -> Value | None:
        """Read what somebody wrote in a cell or a form; `None` for an empty or unknown one.

        Takes strings, numbers and dates as they come from sheets, forms, YAML and JSON. Numbers come back
        rounded to nothing: one with more places than the fact keeps is refused, as is one out of bounds.
        With `today` also a day to come is refused where the fact is of something past (`highest: today`).
        Raises `FactError`, in both languages.
        """
        if raw is None:
            return None
        if isinstance(raw, str):
            _refuse_half_characters(raw)
            raw = unicodedata.normalize("NFKC", raw).strip() if self.type != "text" else raw.strip()
            if not raw or raw in self.unknown:
                return None
        value: Value = _READERS[self.type](self, raw)
        self._within_bounds(value)
        if self.highest == "today" and today is not None and isinstance(value, dt.date) and value > today:
            raise FactError(
                Text(zh=f"“{value}”还没有到", en=f"“{value}” is still to come"),
                Text(
                    zh=f"请按材料填写已经发生的日期，最晚是今天（{today}）",
                    en=f"Write the day on the paper; it is today, {today}, at the latest.",
                ),
                Text(
                    zh=f"请写已经发生的日期，最晚是作出决定的日子（{today}）",
                    en=f"Write a day that has been; it is that of the decision, {today}, at the latest.",
                ),
            )
        return value

    def _within_bounds(self, value: Any) -> None:
        for bound, beyond, zh, en in (
            (self.lowest, operator.lt, "小于最小值", "is below the least value"),
            (self.highest, operator.gt, "大于最大值", "is above the greatest value"),
        ):
            if bound is not None and bound != "today" and beyond(value, bound):
                unit = self.unit_said
                if isinstance(value, dt.date):
                    check = Text(zh="请核对日期", en="Check the day.")
                else:
                    check = Text(
                        zh=f"请核对；单位是{unit.zh}" if unit.zh else "请核对",
                        en=f"Check it; the unit is {unit.en}." if unit.en else "Check it.",
                    )
                raise FactError(
                    Text(
                        zh=f"“{value}”{zh} {bound}{unit.zh}",
                        en=f"“{value}” {en} {bound} {unit.en}".strip(),
                    ),
                    check,
                )


def _refuse_half_characters(raw: str) -> None:
    if not _HALF.search(raw):
        return
    shown = _HALF.sub("\ufffd", raw)[:60]
    raise FactError(
        Text(
            zh=f"“{shown}”里有半个字符（标作 \ufffd）",
            en=f"“{shown}” holds half a character (shown as \ufffd)",
        ),
        Text(
            zh="请重新输入这个字；程序生成的，请按 UTF-8 写出整个字符",
            en="Type that character again; if a program wrote it, have it write whole characters in UTF-8.",
        ),
    )


def _read_number(fact: Fact, raw: object) -> Decimal:
    if isinstance(raw, bool):
        raw = str(raw)
    text = str(raw)
    # What was written is folded by now: m³ has become m3, in the unit as well.
    unit = unicodedata.normalize("NFKC", fact.unit)
    if unit and text.lower().endswith(unit.lower()):
        text = text[: -len(unit)].strip()
    if unit == "CNY":
        text = _YUAN.sub("", text.removeprefix("人民币").removeprefix("¥").strip())
    text = numerals.plain(text)
    if _THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    if not _NUMBER.fullmatch(text):
        raise FactError(
            Text(zh=f"“{raw}”不是数字", en=f"“{raw}” is not a number"),
            _number_alone(fact),
        )
    try:
        number = Decimal(text)
    except InvalidOperation:  # pragma: no cover - the pattern lets none through
        raise AssertionError(text) from None
    return number


def _number_alone(fact: Fact) -> Text:
    unit, example = fact.unit_said, fact.example
    zh, en = f"，单位是{unit.zh}" if unit.zh else "", f", in {unit.en}" if unit.en else ""
    if isinstance(example, Decimal) or (isinstance(example, str) and _NUMBER.fullmatch(example)):
        zh, en = f"{zh}，例如 {example}", f"{en}, such as {example}"
    return Text(zh=f"请只写数字{zh}", en=f"Write a number alone{en}.")


def _read_decimal(fact: Fact, raw: object) -> Decimal:
    number = _read_number(fact, raw)
    if abs(number) >= Decimal(10) ** (18 - fact.places):
        raise FactError(
            Text(zh=f"“{raw}”太大", en=f"“{raw}” is too large"),
            Text(zh="请核对数值和单位", en="Check the number and its unit."),
        )
    if isinstance(raw, float):
        # A sheet's binary 0.1 + 0.2 is meant as 0.3: seven digits beyond the last place kept are noise.
        number = round(number, fact.places + 7).normalize()
    kept = round(number, fact.places)
    if kept != number:
        raise FactError(
            Text(zh=f"“{raw}”的小数位太多", en=f"“{raw}” has too many decimals"),
            _places_kept(fact.places),
        )
    return kept


def _places_kept(n: int) -> Text:
    if n == 0:
        return Text(zh="请写整数", en="Write a whole number.")
    en = "At most 1 decimal is kept." if n == 1 else f"At most {n} decimals are kept."
    return Text(zh=f"最多 {n} 位小数", en=en)


def _read_integer(fact: Fact, raw: object) -> int:
    number = _read_number(fact, raw)
    if abs(number) < 10**18 and number != number.to_integral_value():
        raise FactError(
            Text(zh=f"“{raw}”不是整数", en=f"“{raw}” is not a whole number"),
            Text(zh="请写整数", en="Write a whole number."),
        )
    if abs(number) >= 10**18:
        raise FactError(
            Text(zh=f"“{raw}”太大", en=f"“{raw}” is too large"), Text(zh="请核对数值", en="Check the number.")
        )
    return int(number)


def _read_date(fact: Fact, raw: object) -> dt.date:
    if isinstance(raw, dt.datetime):
        return raw.date()
    if isinstance(raw, dt.date):
        return raw
    text = _TIME_TAIL.sub("", str(raw)).strip()
    match = _DAY.fullmatch(text) or _COMPACT_DAY.fullmatch(text)
    instead = Text(zh="请写成 2024-03-01 这样的年-月-日", en="Write year-month-day, such as 2024-03-01.")
    if match is None:
        raise FactError(Text(zh=f"“{raw}”不是完整的日期", en=f"“{raw}” is not a whole date"), instead)
    year, month, day = (int(part) for part in match.groups())
    try:
        return dt.date(year, month, day)
    except ValueError:
        no_month = not 1 <= month <= 12
        zh = f"“{raw}”：没有第 {month} 月" if no_month else f"“{raw}”：{year} 年 {month} 月没有 {day} 日"
        en = (
            f"“{raw}”: there is no month {month}"
            if no_month
            else f"“{raw}”: {year}-{month:02} has no day {day}"
        )
        raise FactError(Text(zh=zh, en=en), instead) from None


def _read_boolean(fact: Fact, raw: object) -> bool:
    if isinstance(raw, bool):
        return raw
    text = str(raw).lower().removesuffix(".0")
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise FactError(
        Text(zh=f"“{raw}”不是“是”或“否”", en=f"“{raw}” is neither yes nor no"),
        Text(zh="请写“是”或“否”", en="Write yes or no."),
    )


def _read_choice(fact: Fact, raw: object) -> str:
    text = str(raw)
    if text in fact.of:
        return text
    wanted = text.casefold().replace(" ", "")
    for code, label in fact.of.items():
        names = (code, label.zh, label.en, label.mn, *label.also)
        if any(unicodedata.normalize("NFKC", n).casefold().replace(" ", "") == wanted for n in names if n):
            return code
    raise FactError(
        Text(zh=f"“{raw}”不在可选项里", en=f"“{raw}” is not one of the choices"),
        _one_of(fact, with_codes=False),
        _one_of(fact, with_codes=True),
    )


def _one_of(fact: Fact, *, with_codes: bool) -> Text:
    """The choices, parted by semicolons, as the text of one may hold a comma."""
    labels = {code: (label.zh, label.say("en")) for code, label in fact.of.items()}
    if with_codes:
        labels = {c: (_named(c, zh, "（", "）"), _named(c, en, " (", ")")) for c, (zh, en) in labels.items()}
    zh, en = zip(*labels.values(), strict=True)
    return Text(zh="请写其中之一：" + "；".join(zh), en="Write one of: " + "; ".join(en) + ".")


def _named(code: str, label: str, before: str, after: str) -> str:
    return code if code == label else f"{code}{before}{label}{after}"


def _read_text(fact: Fact, raw: object) -> str:
    text = str(raw)
    if len(text) > 500 or "\x00" in text:
        raise FactError(
            Text(zh="文字太长或含有不可见字符", en="The text is too long or has invisible characters"),
            Text(zh="最多 500 字", en="At most 500 characters."),
        )
    return text.removesuffix(".0") if isinstance(raw, float) else text


_READERS: dict[str, Callable[[Fact, object], Value]] = {
    "date": _read_date,
    "choice": _read_choice,
    "decimal": _read_decimal,
    "integer": _read_integer,
    "boolean": _read_boolean,
    "text": _read_text,
}
