"""Units of measure as products of powers of symbols; nothing is converted, unlike things are told apart."""

from __future__ import annotations

import re
from collections import Counter

from .spelling import nearest

Unit = tuple[tuple[str, int], ...]
PLAIN: Unit = ()

# Every symbol that a pack may write; docs/pack-format.md lists the same.
_SYMBOLS = (
    "CNY % ‰ ppm a month d h min s ms mm cm m km m2 m² ha mu mL L m3 m³ Nm3 Nm³ µg mg g kg t kt Mt"
    " gce kgce tce W kW MW GW VA kVA MVA hp PS Wh kWh MWh GWh J kJ MJ GJ TJ Btu kcal V kV A mA Hz kHz"
    " MHz rpm r N kN Pa kPa MPa bar °C K dB lm lx MB GB TB Mbit Gbit piece person head bed seat"
)
KNOWN = frozenset(_SYMBOLS.split())
_WORDS = {
    **dict.fromkeys(("year", "years", "yr", "y", "年", "岁"), "a"),
    **dict.fromkeys(("months", "mo", "月", "个月"), "month"),
    **dict.fromkeys(("day", "days", "天", "日"), "d"),
    **dict.fromkeys(("hour", "hours", "小时"), "h"),
    **dict.fromkeys(("minute", "minutes", "分钟"), "min"),
    **dict.fromkeys(("second", "seconds", "秒"), "s"),
    **dict.fromkeys(("yuan", "rmb", "元", "¥", "人民币"), "CNY"),
    **dict.fromkeys(("percent", "pct", "％", "百分比"), "%"),
    **dict.fromkeys(("litre", "liter", "litres", "liters", "升"), "L"),
    **dict.fromkeys(("ton", "tons", "tonne", "tonnes", "吨"), "t"),
    **dict.fromkeys(("公里", "kilometre", "kilometres"), "km"),
    **dict.fromkeys(("米", "metre", "metres"), "m"),
    **dict.fromkeys(("千瓦", "kilowatt"), "kW"),
    **dict.fromkeys(("兆瓦", "megawatt"), "MW"),
    **dict.fromkeys(("亩",), "mu"),
    **dict.fromkeys(("台", "个", "件", "套", "pcs", "pieces"), "piece"),
    **dict.fromkeys(("人", "persons", "people"), "person"),
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


def meant_by(symbol: str) -> list[str]:
    """The units that somebody may have meant."""
    word = _WORDS.get(symbol.lower())
    return [word] if word else [n for n in nearest(symbol, KNOWN) if n.lower() == symbol.lower()]


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
