"""Chinese working days: weekends worked and weekdays free as the State Council orders them."""

from __future__ import annotations

import datetime as dt

import chinese_calendar


def is_workday(day: dt.date) -> bool:
    """Whether offices work on this day.

    The order for a year appears in the autumn before it. For days beyond the last order that the calendar
    knows, Monday to Friday count; a clock that runs into them may come out a few days early, never late.
    """
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def add_workdays(day: dt.date, n: int) -> dt.date:
    """The day on which `n` working days have passed since `day`, which itself does not count. n ≥ 0."""
    if n < 0:
        raise ValueError("n counts forward")
    while n:
        day += dt.timedelta(days=1)
        n -= is_workday(day)
    return day


def workdays_between(first: dt.date, last: dt.date) -> int:
    """Working days after `first` up to and with `last`; negative where `last` is before `first`."""
    if last < first:
        return -workdays_between(last, first)
    return sum(is_workday(first + dt.timedelta(days=n)) for n in range(1, (last - first).days + 1))
