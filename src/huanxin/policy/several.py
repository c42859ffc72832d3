"""Some cases decided in one query: what a query costs is shared, and each case has the answer of `decide`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import duck
from .compile import compile_pack
from .deciding import BadFacts, decision_of, read_facts, with_reasons
from .query import facts_of, judge

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from sqlglot import exp

    from .deciding import Decision
    from .facts import Value
    from .pack import Pack


def decide_several(
    pack: Pack, cases: Sequence[Mapping[str, object]], on: dt.date
) -> list[Decision | BadFacts]:
    """`decide` for some cases of one day, in their order; what cannot be read is given back in its place.

    An undecided case does not say which facts would settle it. One DuckDB query for all of them.
    """
    compiled = compile_pack(pack, pack.figures_since(on))
    asked = facts_of([compiled])
    found: list[Decision | BadFacts | None] = [None] * len(cases)
    readable: dict[int, dict[str, Value | None]] = {}
    for n, facts in enumerate(cases):
        try:
            readable[n] = read_facts(pack, facts)
        except BadFacts as bad:
            found[n] = bad

    def tree() -> exp.Expr:
        source, present = duck.parameter_rows(asked)
        return with_reasons(judge([compiled], source, present, [duck.ROW]), compiled)

    rows = {n: [values[name] for name in asked] for n, values in readable.items()}
    answers = duck.ask_several(duck.key_of(compiled, "decide several"), tree, asked, rows, on)
    for n, row in answers.items():
        found[n] = decision_of(compiled, row, readable[n], on, on)
    return [one for one in found if one is not None]


def unmet_of_several(
    packs: Sequence[Pack], cases: Sequence[Mapping[str, Value | None]], on: dt.date
) -> list[dict[str, list[str]]]:
    """For each case the checks that its typed values do not meet, by pack; packs that are met are left out.

    One DuckDB query for all packs and cases. A fact that several packs name must be of one type in all of
    them. No reasons: `decide` by the packs named here gives them.
    """
    compiled = [compile_pack(pack, pack.figures_since(on)) for pack in packs]
    if not compiled or not cases:
        return [{} for _case in cases]
    asked = facts_of(compiled)

    def tree() -> exp.Expr:
        source, present = duck.parameter_rows(asked)
        return judge(compiled, source, present, [duck.ROW], with_amounts=False)

    key = ("unmet", *(duck.key_of(one, "") for one in compiled))
    rows = {n: [case.get(name) for name in asked] for n, case in enumerate(cases)}
    found: list[dict[str, list[str]]] = [{} for _case in cases]
    for n, row in duck.ask_several(key, tree, asked, rows, on).items():
        for one in compiled:
            failed = [c.check.id for c in one.checks if row[one.column(c.check.id)] is False]
            if failed:
                found[n][one.pack.id] = failed
    return found
