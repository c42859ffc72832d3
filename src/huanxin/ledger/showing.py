"""What the pages of the ledger show: words, marks, bars and columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huanxin.foundation.lib.money import Money, written, yuan
from huanxin.foundation.ui import badges
from huanxin.foundation.ui.listing import Column
from huanxin.foundation.ui.templatetags.ui import stack

from .models import Account, Batch, Line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.utils.safestring import SafeString

    from .models import Statement, Transfer
    from .queries import Standing

# Money on its way, and the colour of each stage in a bar.
FLOW = (
    ("paid", "fine"), ("committed", "should"), ("reserved", "examine"), ("recovered", "undecided"),
    ("available", "outside"),
)  # fmt: skip

DEEDS = {
    "grant": gettext_lazy("granted"),
    "level": gettext_lazy("moved between lanes"),
    "reserve": gettext_lazy("reserved"),
    "release": gettext_lazy("released"),
    "commit": gettext_lazy("committed"),
    "pay": gettext_lazy("paid"),
    "bounce": gettext_lazy("sent back by the bank"),
    "recover": gettext_lazy("recovered"),
    "put_back": gettext_lazy("put back into the budget"),
}
_BATCH_LOOKS = {
    "draft": "waiting",
    "signed": "waiting",
    "sent": "waiting",
    "booked": "good",
    "cancelled": "plain",
}
_LINE_LOOKS = {"waiting": "waiting", "paid": "good", "failed": "bad", "held": "plain"}

KINDS = {
    "unknown": gettext_lazy("Unknown"),
    "amount": gettext_lazy("Amount differs"),
    "doubled": gettext_lazy("Answered twice"),
    "unclear": gettext_lazy("Unclear"),
    "contradicts": gettext_lazy("Contradicts what is booked"),
    "which_batch": gettext_lazy("In several batches"),
    "not_committed": gettext_lazy("No money is bound for it"),
    "unanswered": gettext_lazy("No answer"),
}


@dataclass(frozen=True)
class _Tally:
    n: Money


@dataclass(frozen=True)
class _Cell:
    verdict: str
    word: object
    tally: _Tally


@dataclass(frozen=True)
class Tile:
    """A sum of money at a stage."""

    stage: str
    word: object
    amount: str


def tiles(sums: Mapping[str, Money]) -> list[Tile]:
    """The sums of budgets in the order of their way."""
    words = dict(Account.Stage.choices)
    return [Tile(stage, words[stage], written(sums[stage])) for stage in sums]


def flow_bar(sums: Mapping[str, Money], label: str) -> SafeString:
    """How far the money of a budget is, as one bar."""
    words = dict(Account.Stage.choices)
    cells = [_Cell(look, words[stage], _Tally(sums[stage])) for stage, look in FLOW]
    return render_to_string("ui/parts/stack.html", stack(cells, label))


def key() -> list[tuple[str, str]]:
    """Which colour of a bar is which stage."""
    words = dict(Account.Stage.choices)
    return [(look, str(words[stage])) for stage, look in FLOW]


def batch_mark(batch: Batch) -> SafeString:
    """The state of a batch as a mark."""
    return badges.mark(_BATCH_LOOKS[batch.state], batch.get_state_display())


def line_mark(line: Line) -> SafeString:
    """The state of a payment as a mark."""
    return badges.mark(_LINE_LOOKS[line.state], line.get_state_display())


def budget_columns(places: Mapping[str, str], titles: Mapping[str, str]) -> list[Column[Standing]]:
    """Budgets as a list."""

    def amount(stage: str) -> Column[Standing]:
        word = dict(Account.Stage.choices)[stage]
        return Column(str(word), lambda row: written(getattr(row, stage)), is_number=True)

    def bar(row: Standing) -> SafeString:
        used = row.granted - row.available
        share = f"{100 * used / row.granted:.1f} %" if row.granted else ""
        flow = flow_bar(vars(row), _("The money of the budget"))
        return format_html('<span class="ui-flow">{}<span class="small">{}</span></span>', flow, share)

    def place(row: Standing) -> object:
        name = places.get(row.budget.place_code, row.budget.place_code)
        return format_html("{} {}", name, badges.made_up()) if row.budget.sample else name

    return [
        Column(_("Place"), place, lambda row: reverse("ledger:budget", args=[row.budget.pk]), is_main=True),
        Column(_("Programme"), lambda row: titles.get(row.budget.programme, row.budget.programme)),
        Column(_("Source of the money"), lambda row: row.budget.get_source_display()),
        *(amount(stage) for stage in ("granted", "available", "reserved", "committed", "paid")),
        Column(_("How far it is"), bar),
    ]


def transfer_columns(*, with_purpose: bool) -> list[Column[Transfer]]:
    """Transfers as a list; of one budget with what each is for, of one purpose with the budget's source."""

    def way(row: Transfer) -> str:
        return f"{row.debit.get_stage_display()} → {row.credit.get_stage_display()}"

    def purpose_page(row: Transfer) -> str:
        return reverse("ledger:purpose", args=[row.purpose]) if row.purpose else ""

    told = (
        Column[Any](_("What the money is for"), lambda row: row.purpose or "–", purpose_page)
        if with_purpose
        else Column[Any](_("Source of the money"), lambda row: row.lane.budget.get_source_display())
    )
    return [
        Column(_("Deed"), lambda row: str(DEEDS.get(row.deed, row.deed)), is_main=True),
        told,
        Column(_("From → to"), way),
        Column(_("Amount"), lambda row: written(row.cents), is_number=True),
        Column(_("At"), lambda row: date_format(localtime(row.at), "DATETIME_FORMAT")),
        Column(_("By"), lambda row: str(row.by) if row.by else _("the system")),
        Column(_("Reason"), lambda row: row.reason),
        Column(_("Number in its lane"), lambda row: f"{row.lane.number}·{row.seq}"),
    ]


def batch_tiles(sums: Mapping[str, tuple[int, Money]]) -> list[tuple[object, int, str]]:
    """The payments of a batch: all that go to the bank, then by state: (word, how many, how much)."""
    words = dict(Line.State.choices)
    live = [some for state, some in sums.items() if state != Line.State.HELD]
    found: list[tuple[object, int, str]] = [(_("To be paid"), sum(n for n, _a in live), written(_sum(live)))]
    return found + [(words[s], sums[s][0], written(sums[s][1])) for s in Line.State.values if s in sums]


def statement_sums(statement: Statement) -> list[tuple[str, object, str]]:
    """What a file settled: (word, how many, how much). What it says more is booked as neither."""
    lines = {found["line"] for found in statement.findings if found["line"] is not None}
    rest = Money(statement.difference + statement.sent - statement.paid - statement.failed)
    return [
        (_("Paid"), statement.n_matched, written(statement.paid)),
        (_("Failed"), statement.n_failed, written(statement.failed)),
        (_("Not booked, see below"), len(lines), written(rest)),
        (_("Sent to the bank"), "", written(statement.sent)),
        (_("Difference"), "", written(statement.difference)),
    ]


def _sum(some: Iterable[tuple[int, Money]]) -> Money:
    return Money(sum((amount for _n, amount in some), yuan(0)))


def batch_columns(
    sums: Mapping[int, Mapping[str, tuple[int, Money]]], titles: Mapping[str, str]
) -> list[Column[Batch]]:
    """Batches as a list."""

    def live(row: Batch) -> list[tuple[int, Money]]:
        return [some for state, some in sums[row.pk].items() if state != Line.State.HELD]

    def number(row: Batch) -> object:
        return format_html("{} {}", row.number, badges.made_up()) if row.sample else row.number

    return [
        Column(_("Number"), number, lambda row: reverse("ledger:batch", args=[row.number]), is_main=True),
        Column(_("Programme"), lambda row: titles.get(row.programme, row.programme)),
        Column(_("State"), batch_mark),
        Column(_("Number of payments"), lambda row: sum(n for n, _sum in live(row)), is_number=True),
        Column(_("Sum"), lambda row: written(_sum(live(row))), is_number=True),
        Column(_("Held back"), lambda row: sums[row.pk].get(Line.State.HELD, (0,))[0] or "", is_number=True),
        Column(_("Made by"), lambda row: str(row.made_by)),
        Column(_("Signed by"), lambda row: str(row.signed_by or "")),
        Column(_("Made at"), lambda row: date_format(localtime(row.made_at), "DATETIME_FORMAT")),
    ]


def line_columns() -> list[Column[Line]]:
    """The payments of a batch as a list; accounts are masked."""
    return [
        Column(
            _("Line"),
            lambda row: row.number,
            lambda row: reverse("ledger:payment", args=[row.pk]),
            is_main=True,
        ),
        Column(_("What the money is for"), lambda row: row.purpose),
        Column(_("Payee"), lambda row: row.payee),
        Column(_("Bank account"), lambda row: row.account_shown),
        Column(_("Bank"), lambda row: row.bank),
        Column(_("Amount"), lambda row: written(row.amount), is_number=True),
        Column(_("State"), line_mark),
        Column(_("Why"), lambda row: row.why),
    ]


def statement_columns() -> list[Column[Statement]]:
    """The bank's files as a list."""

    def difference(row: Statement) -> object:
        text = written(row.difference)
        return text if not row.difference else badges.mark("bad", text)

    return [
        Column(
            _("File"),
            lambda row: row.name,
            lambda row: reverse("ledger:statement", args=[row.pk]),
            is_main=True,
        ),
        Column(_("Payment batch"), lambda row: row.batch.number if row.batch else ""),
        Column(_("Paid"), lambda row: row.n_matched, is_number=True),
        Column(_("Failed"), lambda row: row.n_failed, is_number=True),
        Column(_("Differences"), lambda row: len(row.findings), is_number=True),
        Column(_("Difference"), difference, is_number=True),
        Column(_("Read by"), lambda row: str(row.read_by)),
        Column(_("At"), lambda row: date_format(localtime(row.read_at), "DATETIME_FORMAT")),
    ]


def finding_columns() -> list[Column[dict[str, Any]]]:
    """The differences of a file as a list."""
    return [
        Column(_("Cell"), lambda row: row["cell"], is_main=True),
        Column(_("What"), lambda row: str(KINDS.get(row["kind"], row["kind"]))),
        Column(_("What the money is for"), lambda row: row["purpose"]),
        Column(_("Explanation"), lambda row: row["says"]),
        Column(_("We have"), lambda row: row["ours"]),
        Column(_("The bank has"), lambda row: row["theirs"]),
    ]
