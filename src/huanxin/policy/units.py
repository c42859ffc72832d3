"""Units of measure as products of powers of symbols; nothing is converted, unlike things are told apart."""

from __future__ import annotations

import re
from collections import Counter

Unit = tuple[tuple[str, int], ...]
PLAIN: Unit = ()

# Every symbol that a pack may write; docs/pack-format.md lists the same.
_SYMBOLS = (
    "CNY % ‰ ppm a month d h min s ms mm cm m km m2 m² ha mu mL L m3 m³ Nm3 Nm³ µg mg g kg t kt Mt"
    " gce kgce tce W kW MW GW VA kVA MVA hp Wh kWh MWh GWh J kJ MJ GJ TJ Btu kcal V kV A mA Hz kHz"
    " MHz rpm r N kN Pa kPa MPa bar °C K dB lm lx MB GB TB Mbit Gbit piece person head bed seat"
)
KNOWN = frozenset(_SYMBOLS.split())
_BY_SMALL = {symbol.casefold(): symbol for symbol in reversed(_SYMBOLS.split())}
# How else people and sheets write a unit. Those below the line are known, but no pack may write them.
_SPELLED = """
a: year years yr y 年 岁
month: months mo 月 个月
d: day days 天 日
h: hour hours hr 小时 时
min: minute minutes 分钟 分
s: second seconds 秒
CNY: yuan rmb 元 ¥ 人民币 人民币元
%: percent pct 百分比
L: litre liter litres liters 升
mL: 毫升
t: ton tons tonne tonnes 吨
kg: kgs kilogram kilograms 公斤 千克
g: gram grams 克
m: metre metres meter meters 米
km: kilometre kilometres kilometer kilometers 公里 千米
cm: 厘米
mm: 毫米
m3: 立方米 立方
W: watt watts 瓦
kW: kilowatt kilowatts 千瓦
MW: megawatt megawatts 兆瓦
GW: 吉瓦
V: volt volts 伏
kV: 千伏
kVA: 千伏安
hp: horsepower 马力 匹 匹马力 ps
mu: 亩
piece: pieces pcs 台 个 件 套
person: persons people 人
t/h: 蒸吨 蒸吨/小时
--
lb: lbs pound pounds 磅
ft: feet 英尺
mi: mile miles 英里
gal: gallon gallons
ft/min: fpm
USD: 美元
"""
_WORDS = {
    word.casefold(): symbol
    for symbol, words in (line.split(": ") for line in _SPELLED.strip().splitlines() if line != "--")
    for word in (symbol, *words.split())
}
# How a unit is called where the symbol is not what people read: Chinese, English for one, for more.
_CALLED = {
    "CNY": ("元", "yuan", "yuan"),
    "a": ("年", "year", "years"),
    "month": ("个月", "month", "months"),
    "d": ("天", "day", "days"),
    "h": ("小时", "hour", "hours"),
    "min": ("分钟", "minute", "minutes"),
    "mu": ("亩", "mu", "mu"),
    "piece": ("个", "piece", "pieces"),
    "person": ("人", "person", "persons"),
    "head": ("头", "head", "head"),
    "bed": ("张床位", "bed", "beds"),
    "seat": ("座", "seat", "seats"),
}


def unit_words(unit: str, value: object = None) -> tuple[str, str]:
    """A unit as people read it, in Chinese and in English, where `value` stands before it."""
    zh, one, more = _CALLED.get(unit, (unit, unit, unit))
    return zh, one if str(value) == "1" else more


def symbols_of(unit: str) -> list[str]:
    """The symbols that a unit is made of."""
    return [part.strip() for part in re.split(r"[*·/]", unit) if part.strip() and part.strip() != "1"]


def symbol_of(word: str) -> str:
    """The symbol of one unit however it is written, kW of 千瓦 and KW; `""` for what is no unit."""
    small = word.casefold()
    return word if word in KNOWN else _WORDS.get(small) or _BY_SMALL.get(small, "")


def meant_by(symbol: str) -> list[str]:
    """The units that somebody may have meant, of those that a pack may write."""
    meant = symbol_of(symbol)
    return [meant] if set(symbols_of(meant)) <= KNOWN and meant else []


def unit_of(text: str) -> Unit:
    """Read a unit written as `a`, `a*b` or `a*b/c`; an unwritten one is a plain number."""
    powers: Counter[str] = Counter()
    for sign, part in zip((1, -1), text.split("/", 1), strict=False):
        for symbol in re.split(r"[*·]", part):
            if symbol.strip():
                powers[symbol.strip()] += sign
    return tuple(sorted((s, p) for s, p in powers.items() if p))


def say_unit(unit: Unit | None) -> str:
    if not unit:
        return "–"
    above = "*".join(s for s, p in unit for _n in range(p))
    below = "*".join(s for s, p in unit for _n in range(-p))
    return f"{above or '1'}/{below}" if below else above


def times(left: Unit, right: Unit, sign: int) -> Unit:
    """The unit of a product (`sign` 1) or a quotient (-1)."""
    powers = Counter(dict(left))
    for symbol, power in right:
        powers[symbol] += sign * power
    return tuple(sorted((s, p) for s, p in powers.items() if p))
