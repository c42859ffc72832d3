"""A pack as a document for people, and a decision as they would want it read to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text as Line

from .deciding import plain
from .sources import sources
from .units import unit_words
from .wording import Message, reading_language
from .wording import Message as _

if TYPE_CHECKING:
    import datetime as dt

    from rich.console import RenderableType

    from .deciding import Decision
    from .facts import Fact, Text
    from .pack import Pack
    from .whatif import WhatIf

VERDICT_WORDS: dict[str, Message] = {
    "eligible": _("eligible"),
    "ineligible": _("not eligible"),
    "undecided": _("cannot tell yet"),
    "must": _("must go"),
    "should": _("should go"),
    "examine": _("must be examined"),
    "fine": _("fine"),
    "outside": _("not in scope"),
}
UNVERIFIED = _("unverified")
_STYLES = {"eligible": "green", "fine": "green", "ineligible": "red", "must": "red", "undecided": "yellow"}
_MARKS = {True: ("✓", "green"), False: ("✗", "red"), None: ("?", "yellow")}


def pack_as_json(pack: Pack) -> dict[str, Any]:
    """Facts, parameters, tables and checks for scripts; these names stay."""
    whole = pack.model_dump(mode="json", by_alias=True, exclude_none=True)
    head: dict[str, Any] = {
        key: whole[key]
        for key in ("pack", "title", "kind", "subject", "document", "in_force")
        if key in whole
    }
    return {
        **head,
        "digest": pack.digest,
        "facts": whole["facts"],
        "parameters": whole["parameters"],
        "tables": whole["tables"],
        "derived": whole["derived"],
        "checks": whole["checks"],
        "amount": whole.get("amount"),
    }


def say(text: Text | None) -> str:
    return text.say(reading_language()) if text is not None else ""


def pack_as_text(pack: Pack) -> RenderableType:
    """The whole pack to read: head, checks in words, questions, figures with their history, tables."""
    parts: list[RenderableType] = [Line(say(pack.title), style="bold"), *_head(pack), Line()]
    if pack.checks:
        parts += [_heading(_("Checks")), _checks(pack), Line()]
    if pack.amount is not None:
        parts += [_heading(_("Amount")), _amount(pack), Line()]
    parts += [_heading(_("What is asked")), _facts(pack), Line()]
    if pack.parameters:
        parts += [_heading(_("Figures and their history")), _parameters(pack), Line()]
    for name, table in pack.tables.items():
        title = f"{name}  {say(table.says)}".strip()
        parts += [_heading(_("Table {name}", name=title)), _lookup(pack, name), Line()]
    if pack.notes is not None:
        parts += [_heading(_("Left out, and why")), Line(say(pack.notes)), Line()]
    if behind := sources(pack):
        parts += [_heading(_("Sources")), *(Line(f"{code}  {where}") for code, where in behind.items())]
    return Group(*parts)


def _labelled(label: Message, text: str) -> Line:
    return Line(str(_("{label}: {text}", label=label, text=text)))


def _heading(message: Message) -> Line:
    return Line(str(message), style="bold blue")


def _head(pack: Pack) -> list[Line]:
    lines = [Line(f"{pack.id}  ·  {pack.digest[:12]}", style="dim")]
    if pack.document is not None:
        lines.append(_labelled(_("Document"), say(pack.document)))
    if pack.in_force is not None:
        window = pack.in_force
        lines.append(_labelled(_("In force"), _window(pack)))
        if window.apply_by is not None:
            lines.append(_labelled(_("Apply by"), str(window.apply_by)))
    if pack.supersedes:
        lines.append(_labelled(_("Takes the place of"), ", ".join(pack.supersedes)))
    if pack.shares:
        lines.append(
            _labelled(_("Borne by"), ", ".join(f"{bearer(n)} {s:%}" for n, s in pack.shares.items()))
        )
    return lines


def _window(pack: Pack) -> str:
    assert pack.in_force is not None
    until = pack.in_force.to_on.isoformat() if pack.in_force.to_on else str(_("further notice"))
    return f"{pack.in_force.from_on} – {until}"


def is_in_force(pack: Pack, on: dt.date) -> bool:
    """Whether a pack may be chosen on a day. One with `dated_by` has a check of its own for that."""
    window = pack.in_force
    if window is None or window.dated_by:
        return True
    return window.from_on <= on and (window.to_on is None or on <= window.to_on)


def bearer(name: str) -> str:
    """Who bears a share, in words."""
    return str({"centre": _("Central government"), "region": _("Autonomous region")}.get(name, name))


def _part(pack: Pack, name: str) -> str:
    """A check, figure or table of a pack as it is called."""
    check = next((check for check in pack.checks if check.id == name), None)
    part = check or pack.parameters.get(name) or pack.tables.get(name)
    if part is not None and part.says is not None:
        return say(part.says)
    return str({"in_force": _("In force"), "apply_by": _("Apply by")}.get(name, name))


def _grid(*headings: Message) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in headings:
        table.add_column(str(heading), overflow="fold")
    return table


def _checks(pack: Pack) -> Table:
    table = _grid(_("Check"), _("What must hold"), _("Clause"), _("If not"), _("Mark"))
    for check in pack.checks:
        what = Line(say(check.says))
        condition = check.holds if check.when is None else f"{check.when} → {check.holds}"
        what.append(f"\n{condition}", style="dim")
        follows = str(VERDICT_WORDS[check.if_not]) if check.if_not else str(VERDICT_WORDS["ineligible"])
        table.add_row(check.id, what, say(check.clause), follows, mark(check.confidence or pack.confidence))
    return table


def _amount(pack: Pack) -> Table:
    assert pack.amount is not None
    table = _grid(_("Part"), _("When"), _("Pays"), _("At most"))
    for name, cases in pack.amount.parts.items():
        for case in cases:
            pays = case.pay or f"{case.rate} × {case.base}"
            table.add_row(name, case.when or str(_("otherwise")), pays, case.cap or "")
    if pack.amount.cap:
        table.add_row(str(_("together")), "", "", pack.amount.cap)
    return table


def _facts(pack: Pack) -> Table:
    table = _grid(_("Fact"), _("Question"), _("Kind"), _("Proof"))
    for fact in pack.facts.values():
        table.add_row(fact.name, say(fact.ask), kind_of(fact), say(fact.proof))
    return table


def kind_of(fact: Fact) -> str:
    """What may be written for a fact: its kind, its unit, its choices."""
    if fact.of:
        return " / ".join(
            f"{code} {say(text)}" if code != say(text) else code for code, text in fact.of.items()
        )
    return f"{fact.type} {say(fact.unit_said)}".strip()


def _parameters(pack: Pack) -> Table:
    table = _grid(_("Figure"), _("Applies from"), _("Known since"), _("Value"), _("Source"), _("Mark"))
    for name, parameter in pack.parameters.items():
        label = f"{name}\n{say(parameter.says)}".strip()
        for value in sorted(parameter.values, key=lambda v: (v.from_on, v.since)):
            shown = _yes_or_no(value.value) or with_unit(plain(value.value), parameter.unit)
            dates = (str(value.from_on), str(value.since))
            table.add_row(label, *dates, shown, value.source, mark(value.confidence))
            label = ""
    return table


def _lookup(pack: Pack, name: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in pack.tables[name].columns:
        table.add_column(column)
    for row in pack.tables[name].rows:
        table.add_row(*row)
    return table


def mark(confidence: str) -> str:
    return f"[yellow]{UNVERIFIED}[/yellow]" if confidence == "unverified" else ""


def decision_as_text(decision: Decision, pack: Pack) -> RenderableType:
    """A decision to read: verdict and amount, each check with its reasons, what is still needed."""
    head = Line(str(VERDICT_WORDS[decision.verdict]), style=f"bold {_STYLES.get(decision.verdict, 'blue')}")
    if decision.amount is not None:
        head.append(f"   ¥ {decision.amount:,.2f}", style="bold")
    title = "  ·  ".join(text for text in (say(pack.title), say(pack.document)) if text)
    parts: list[RenderableType] = [Line(title, style="dim"), head]
    if not is_in_force(pack, decision.on):
        what = _("Not in force on {on}: {window}", on=decision.on, window=_window(pack))
        parts.append(Line(str(what), style="bold yellow"))
    parts.append(Line())
    for check in decision.checks:
        sign, style = _MARKS[check.value]
        line = Line(f"{sign} ", style=style).append(say(check.says), style="default")
        if check.clause is not None:
            line.append(f"  {say(check.clause)}", style="dim")
        if check.unverified:
            line.append(f"  {UNVERIFIED}", style="yellow")
        parts.append(line)
        used = "  ".join(
            f"{say(pack.facts[n].ask)}: {_shown(pack.facts[n], v)}" for n, v in check.facts.items()
        )
        if used:
            parts.append(Padding(Line(used, style="dim"), (0, 0, 0, 4)))
    parts += _rest(decision, pack)
    return Group(*parts)


def _rest(decision: Decision, pack: Pack) -> list[RenderableType]:
    parts: list[RenderableType] = []
    if decision.needs:
        parts += [Line(), _heading(_("Still needed"))]
        parts += [Line(f"  {say(pack.facts[name].ask)}  ({name})") for name in decision.needs]
    if decision.gaps:
        what = _("No row for this case in: {tables}. No fact can settle it.", tables=", ".join(decision.gaps))
        parts += [Line(), Line(str(what), style="yellow")]
    if decision.shares:
        borne = ", ".join(f"{bearer(name)} ¥ {value:,.2f}" for name, value in decision.shares.items())
        parts += [Line(), _labelled(_("Borne by"), borne)]
    if decision.unverified:
        what = _(
            "Rests on figures without a shown source: {names}",
            names=", ".join(_part(pack, n) for n in decision.unverified),
        )
        parts += [Line(), Line(str(what), style="yellow")]
    return parts


def _shown(fact: Fact, value: object) -> str:
    if value is None:
        return "—"
    if isinstance(value, bool):
        return _yes_or_no(value)
    if fact.of:
        return say(fact.of[str(value)])
    return with_unit(plain(value), fact.unit)  # type: ignore[arg-type]


def with_unit(value: object, unit: str) -> str:
    """A value with its unit in the reader's words."""
    zh, en = unit_words(unit, value)
    return f"{value} {en if reading_language() == 'en' else zh}".strip()


def _yes_or_no(value: object) -> str:
    """Yes or no for what is true or false, nothing for everything else."""
    if not isinstance(value, bool):
        return ""
    return str(_("yes")) if value else str(_("no"))


def whatif_as_text(result: WhatIf, pack: Pack) -> RenderableType:
    """How many cases go from which verdict to which; with money where the pack pays any."""
    pays = pack.amount is not None
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(str(_("Before")))
    table.add_column(str(_("After")))
    for heading in (_("Cases"), *((_("Yuan before"), _("Yuan after")) if pays else ())):
        table.add_column(str(heading), justify="right")
    for move in result.moved:
        cells = [str(VERDICT_WORDS[v]) for v in (move.before, move.after)]
        cells.append(f"{move.n:,}")
        if pays:
            cells += [f"{move.amount_before:,.2f}", f"{move.amount_after:,.2f}"]
        table.add_row(*cells)
    return Group(table, Line(str(_in_sum(result, pays)), style="bold"))


def _in_sum(result: WhatIf, pays: bool) -> Message:
    if not pays:
        return _(
            "{cases}: {stricter} judged more strictly, {milder} more mildly",
            cases=counted_cases(result.n),
            stricter=f"{result.lose:,}",
            milder=f"{result.gain:,}",
        )
    return _(
        "{cases}: {gain} gain, {lose} lose; it costs ¥ {cost}",
        cases=counted_cases(result.n),
        gain=f"{result.gain:,}",
        lose=f"{result.lose:,}",
        cost=f"{result.cost:,.2f}",
    )


def counted_cases(n: int) -> Message:
    return _("1 case") if n == 1 else _("{n} cases", n=f"{n:,}")
