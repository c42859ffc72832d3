"""A missing fact is never guessed: three values, the fewest questions, and nothing settled is unsettled."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from huanxin import policy
from tests.policy.writing import pack

if TYPE_CHECKING:
    from pathlib import Path

ON = dt.date(2024, 6, 1)
FACTS = """
facts:
  a: {type: boolean, ask: A}
  b: {type: boolean, ask: B}
  c: {type: boolean, ask: C}
  x: {type: integer, ask: X}
  y: {type: integer, ask: Y}
"""
ATOMS = ["a", "b", "c", "x > 1", "y <= 0", "x = y", "x in (1, 2)", "x between 0 and 1"]
VALUES = {"a": [True, False], "b": [True, False], "c": [True, False], "x": [0, 1, 2], "y": [0, 1, 2]}


def expressions() -> st.SearchStrategy[str]:
    return st.recursive(
        st.sampled_from(ATOMS),
        lambda inner: st.one_of(
            st.tuples(inner, inner).map(lambda p: f"({p[0]} and {p[1]})"),
            st.tuples(inner, inner).map(lambda p: f"({p[0]} or {p[1]})"),
            inner.map(lambda e: f"(not {e})"),
            st.tuples(inner, inner, inner).map(lambda p: f"(case when {p[0]} then {p[1]} else {p[2]} end)"),
        ),
        max_leaves=6,
    )


def facts() -> st.SearchStrategy[dict[str, object]]:
    return st.fixed_dictionaries({n: st.sampled_from([None, *VALUES[n]]) for n in VALUES})


def three_valued(text: str, given: dict[str, object]) -> bool | None:
    """A second evaluator, in Python, for what the database should say."""
    import sqlglot
    from sqlglot import exp

    def value(node: exp.Expr) -> object:
        if isinstance(node, exp.Paren):
            return value(node.this)
        if isinstance(node, exp.And | exp.Or):
            left, right = value(node.this), value(node.expression)
            decisive = isinstance(node, exp.Or)
            if decisive in (left, right):
                return decisive
            return None if None in (left, right) else not decisive
        if isinstance(node, exp.Not):
            inner = value(node.this)
            return None if inner is None else not inner
        if isinstance(node, exp.Case):
            when = value(node.args["ifs"][0].this)
            if when is None:
                return None
            return value(node.args["ifs"][0].args["true"] if when else node.args["default"])
        if isinstance(node, exp.Column):
            return given[node.name]
        if isinstance(node, exp.Literal):
            return int(node.this)
        if isinstance(node, exp.In):
            left = value(node.this)
            return None if left is None else left in [value(e) for e in node.expressions]
        if isinstance(node, exp.Between):
            left = value(node.this)
            return None if left is None else value(node.args["low"]) <= left <= value(node.args["high"])  # type: ignore[operator]
        left, right = value(node.this), value(node.expression)
        if left is None or right is None:
            return None
        return {exp.GT: left > right, exp.LTE: left <= right, exp.EQ: left == right}[type(node)]  # type: ignore[operator, return-value, index]

    return value(sqlglot.parse_one(text))  # type: ignore[return-value]


def one_check(folder: Path, expression: str) -> policy.Pack:
    return pack(folder, f"{FACTS}checks:\n  - {{id: it, says: it, clause: '1', holds: \"{expression}\"}}\n")


SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@SLOW
@given(expression=expressions(), known=facts())
def test_a_check_has_the_value_that_three_valued_logic_gives(
    tmp_path: Path, expression: str, known: dict[str, object]
) -> None:
    decision = policy.decide(one_check(tmp_path, expression), known, ON)
    assert next(c for c in decision.checks if c.id == "it").value is three_valued(expression, known)


@SLOW
@given(expression=expressions(), known=facts(), data=st.data())
def test_more_facts_never_unsettle_a_verdict(
    tmp_path: Path, expression: str, known: dict[str, object], data: st.DataObject
) -> None:
    trial = one_check(tmp_path, expression)
    before = policy.decide(trial, known, ON).verdict
    assume(before != "undecided")
    filled = {n: v if v is not None else data.draw(st.sampled_from(VALUES[n])) for n, v in known.items()}
    assert policy.decide(trial, filled, ON).verdict == before


@SLOW
@given(expression=expressions(), known=facts())
def test_only_facts_that_bear_on_the_verdict_are_asked_for(
    tmp_path: Path, expression: str, known: dict[str, object]
) -> None:
    decision = policy.decide(one_check(tmp_path, expression), known, ON)
    if decision.verdict != "undecided":
        assert decision.needs == ()
        return
    assert all(known[name] is None for name in decision.needs)
    assert all(name in expression for name in decision.needs)


@pytest.mark.parametrize(
    ("given_facts", "needs"),
    [
        ({}, ("b",)),
        ({"b": False}, ("a", "x")),
        ({"b": False, "a": True}, ("x",)),
        ({"a": False}, ("b",)),
    ],
)
def test_the_smallest_set_that_can_still_meet_it_is_asked_for(
    tmp_path: Path, given_facts: dict[str, object], needs: tuple[str, ...]
) -> None:
    trial = pack(
        tmp_path, FACTS + "checks:\n  - {id: it, says: it, clause: '1', holds: \"b or (a and x > 1)\"}\n"
    )
    decision = policy.decide(trial, given_facts, ON)
    assert (decision.verdict, decision.needs) == ("undecided", needs)


def test_a_failing_check_ends_the_questions(tmp_path: Path) -> None:
    trial = pack(
        tmp_path,
        FACTS
        + "checks:\n  - {id: one, says: one, clause: '1', holds: a}\n"
        + "  - {id: two, says: two, clause: '1', holds: b}\n",
    )
    decision = policy.decide(trial, {"a": False}, ON)
    assert (decision.verdict, decision.needs) == ("ineligible", ())


def test_a_table_without_a_row_cannot_tell_and_says_which(tmp_path: Path) -> None:
    trial = pack(
        tmp_path,
        FACTS + "tables:\n  limits: {file: limits.csv, match: {x: x}, gives: top, gaps: allowed}\n"
        "checks:\n  - {id: it, says: it, clause: '1', holds: y <= limits.top}\n",
        {"limits.csv": "x,top\n1,5\n2,6\n"},
    )
    assert policy.decide(trial, {"x": 1, "y": 5}, ON).verdict == "eligible"
    decision = policy.decide(trial, {"x": 9, "y": 5}, ON)
    assert (decision.verdict, decision.needs, decision.gaps) == ("undecided", (), ("limits",))


def test_least_and_greatest_do_not_pass_over_a_missing_fact(tmp_path: Path) -> None:
    trial = pack(
        tmp_path, FACTS + "checks:\n  - {id: it, says: it, clause: '1', holds: \"least(x, y) < 3\"}\n"
    )
    decision = policy.decide(trial, {"x": 1}, ON)
    assert (decision.verdict, decision.needs) == ("undecided", ("y",))


def test_a_base_that_may_be_one_of_two_waits_for_both(tmp_path: Path) -> None:
    """A `least` is a condition of its own, and with a floor it hangs in the amount's tree twice."""
    trial = pack(
        tmp_path,
        FACTS + "  price: {type: decimal, unit: CNY, ask: Price}\n"
        "  worth: {type: decimal, unit: CNY, ask: Worth}\n"
        "checks:\n  - {id: it, says: it, clause: '1', holds: a}\n"
        "amount:\n  - {otherwise: true, rate: '0.5', base: 'least(price, worth)', floor: 0}\n",
    )
    decision = policy.decide(trial, {"a": True, "price": 4}, ON)
    assert (decision.verdict, decision.needs) == ("undecided", ("worth",))


CHOOSING = """
facts:
  x: {type: boolean, ask: X}
  t: {type: text, ask: T}
  a: {type: integer, ask: A}
tables:
  tb: {file: tb.csv, match: %s, gives: v, gaps: allowed}
checks:
  - {id: it, says: it, clause: '1', holds: "(case when x then tb.v else a end) > 3"}
"""


@pytest.mark.parametrize("match", ["{t: t}", "{length(t): {from: t, to: u}}"], ids=["joined", "written out"])
@pytest.mark.parametrize(
    ("known", "needs", "gaps"),
    [
        ({"x": False}, ("a",), ()),
        ({"a": 5}, ("x",), ()),
        ({}, ("x", "a"), ()),
        ({"x": True}, (), ("tb",)),
        ({"x": True, "a": 5}, (), ("tb",)),
    ],
)
def test_a_table_without_a_row_matters_only_where_it_is_looked_at(
    tmp_path: Path, match: str, known: dict[str, object], needs: tuple[str, ...], gaps: tuple[str, ...]
) -> None:
    rows = "t,v\np,9\n" if match == "{t: t}" else "t,u,v\n5,6,9\n"
    decision = policy.decide(pack(tmp_path, CHOOSING % match, {"tb.csv": rows}), {**known, "t": "q"}, ON)
    assert (decision.verdict, decision.needs, decision.gaps) == ("undecided", needs, gaps)


def test_a_table_looked_up_by_what_another_has_no_row_for_is_stuck_with_it(tmp_path: Path) -> None:
    trial = pack(
        tmp_path,
        FACTS + "tables:\n  first: {file: first.csv, match: {x: x}, gives: w, gaps: allowed}\n"
        "  second: {file: second.csv, match: {first.w: w, y: y}, gives: v, gaps: allowed}\n"
        "checks:\n  - {id: it, says: it, clause: '1', holds: (case when a then second.v else 0 end) > 3}\n",
        {"first.csv": "x,w\n1,1\n", "second.csv": "w,y,v\n1,1,9\n"},
    )
    decision = policy.decide(trial, {"x": 9, "a": True}, ON)
    assert (decision.needs, decision.gaps) == ((), ("first", "second"))
    assert policy.decide(trial, {"x": 1, "a": True}, ON).needs == ("y",)
    assert policy.decide(trial, {"a": True}, ON).needs == ("x", "y")
    assert policy.decide(trial, {"x": 9}, ON).needs == ("a",)


@pytest.mark.parametrize("match", ["{%s: d}", "{%s: {from: d, below: e}}"], ids=["one day", "a range"])
@pytest.mark.parametrize(("day", "shift"), [("9990-01-01", 900), ("0011-01-01", -900)])
@pytest.mark.parametrize("key", ["add_years(d, a)", "add_months(d, 12 * a)"])
def test_a_day_beyond_the_calendar_is_in_no_row(
    tmp_path: Path, match: str, day: str, shift: int, key: str
) -> None:
    trial = pack(
        tmp_path,
        "facts:\n  d: {type: date, ask: D}\n  a: {type: integer, ask: A}\n  b: {type: integer, ask: B}\n"
        f"tables:\n  tb: {{file: tb.csv, match: {match % repr(key)}, gives: v, gaps: allowed}}\n"
        "checks:\n  - {id: it, says: it, clause: '1', holds: tb.v > b}\n",
        {"tb.csv": "d,v\n2024-01-01,9\n" if "below" not in match else "d,e,v\n2024-01-01,2025-01-01,9\n"},
    )
    decision = policy.decide(trial, {"d": day, "a": shift}, ON)
    assert (decision.verdict, decision.needs, decision.gaps) == ("undecided", (), ("tb",))


@pytest.mark.parametrize("first", ["a > 3", "least(a, b) > 3", "(case when a > 3 then b else 0 end) > 3"])
def test_a_condition_that_holds_leaves_the_other_branch_unasked(tmp_path: Path, first: str) -> None:
    trial = pack(
        tmp_path,
        "facts:\n"
        + "".join(f"  {name}: {{type: integer, ask: {name}}}\n" for name in "abc")
        + "  d: {type: date, ask: D}\n"
        + "checks:\n  - {id: it, says: it, clause: '1', holds: "
        + f"'(case when {first} then c else year(d) end) > 0'}}\n",
    )
    assert policy.decide(trial, {"a": 5, "b": 5}, ON).needs == ("c",)
    assert policy.decide(trial, {"a": 1, "b": 5}, ON).needs == ("d",)


@pytest.mark.parametrize(
    ("one", "two", "needs"),
    [
        ("a or b", "not a", ("a", "b")),
        ("not a", "a or (b and c) or x > 1", ("a", "x")),
        ("a", "not a", ("a",)),
        ("(a and not a) or (b and c)", "true", ("b", "c")),
        ("x > 1 or b", "not (x > 1)", ("b", "x")),
    ],
)
def test_no_condition_is_hoped_to_come_out_both_ways(
    tmp_path: Path, one: str, two: str, needs: tuple[str, ...]
) -> None:
    checks = [
        f"  - {{id: c{n}, says: it, clause: '1', holds: {text}}}\n" for n, text in enumerate((one, two))
    ]
    decision = policy.decide(pack(tmp_path, f"{FACTS}checks:\n{''.join(checks)}"), {}, ON)
    assert (decision.verdict, decision.needs) == ("undecided", needs)
