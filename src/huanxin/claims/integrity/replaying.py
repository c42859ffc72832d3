"""Every paid claim decided again by the rules of its day, held against its row, its decision and the
ledger."""

from __future__ import annotations

import csv
import time
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
from django.conf import settings
from django.db.models import Q, Sum, TextField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext as _

from huanxin import policy
from huanxin.ledger import services as ledger
from huanxin.ledger.models import Transfer
from huanxin.rulebook import queries as rulebook

from ..models import Claim
from . import keeping
from .models import Finding, Sweep
from .snapshot import keyset
from .sweeping.hits import Hit

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from huanxin.foundation.access.models import User
    from huanxin.foundation.lib.progress import Progress
    from huanxin.policy import Pack

_MOST_LISTED = 1_000
_CLAIMS = pa.schema(
    [
        ("claim", pa.int64()), ("number", pa.string()), ("base", pa.int64()), ("state", pa.string()),
        ("digest", pa.string()), ("known_on", pa.date32()), ("on_day", pa.date32()), ("facts", pa.string()),
        ("stored", pa.int64()), ("decided", pa.string()),
    ]
)  # fmt: skip
_MONEY = pa.schema([("number", pa.string()), ("paid", pa.int64())])
# A top-up pays what its decision gives beyond the ones before it on the same case.
_COMPARED = """
WITH t AS (
  SELECT c.*, r.verdict, coalesce(CAST(r.amount * 100 AS BIGINT), 0) AS total, r."case" IS NULL AS is_lost
  FROM claims c LEFT JOIN recomputed r ON r."case" = c.claim
), d AS (
  SELECT t.*, total - coalesce(lag(total) OVER (PARTITION BY base ORDER BY claim), 0) AS due,
    CAST(TRY_CAST(decided AS DECIMAL(18,2)) * 100 AS BIGINT)
      - coalesce(lag(CAST(TRY_CAST(decided AS DECIMAL(18,2)) * 100 AS BIGINT)) OVER (PARTITION BY base ORDER
        BY claim), 0)
      AS granted
  FROM t
)
SELECT claim, number, digest, verdict, is_lost, stored, coalesce(m.paid, 0) AS paid,
  CASE WHEN state = 'recovered' THEN 0 ELSE due END AS due, due AS by_rule, granted, state
FROM d LEFT JOIN money m USING (number)
WHERE (state IN ('paid', 'closed', 'recovered') OR m.paid IS NOT NULL)"""


@dataclass(frozen=True)
class Difference:
    """A claim of which money, row, decision and rule do not agree. Amounts in yuan."""

    number: str
    kind: str
    pack: str
    document: str
    paid: Decimal
    due: Decimal
    stored: Decimal
    why: str

    def as_json(self) -> dict[str, Any]:
        """Amounts as text with two places."""
        money = {name: f"{getattr(self, name):.2f}" for name in ("paid", "due", "stored")}
        told = {name: getattr(self, name) for name in ("number", "kind", "pack", "document", "why")}
        return told | money | {"difference": f"{self.paid - self.due:.2f}"}


@dataclass
class Replay:
    """What a recomputation found. `chain` says whether the ledger's own chain holds, and where it breaks."""

    n: int = 0
    n_equal: int = 0
    over: Decimal = Decimal("0.00")
    under: Decimal = Decimal("0.00")
    n_over: int = 0
    n_under: int = 0
    differences: list[Difference] = field(default_factory=list)
    chain: str = ""
    seconds: float = 0.0

    @property
    def is_equal(self) -> bool:
        return not self.differences and not self.chain

    def as_json(self) -> dict[str, Any]:
        """For scripts and for the run's row: these names stay. At most a thousand differences."""
        return {
            "n": self.n, "n_equal": self.n_equal, "n_over": self.n_over, "over": f"{self.over:.2f}",
            "n_under": self.n_under, "under": f"{self.under:.2f}", "chain": self.chain,
            "by_rule": self.by_rule(), "differences": [d.as_json() for d in self.differences[:_MOST_LISTED]],
        }  # fmt: skip

    def by_rule(self) -> list[dict[str, Any]]:
        """For each pack: how many differ and by how much each way."""
        found: dict[str, dict[str, Any]] = {}
        for one in self.differences:
            row = found.setdefault(
                one.pack,
                {"pack": one.pack, "document": one.document, "n": 0, "over": Decimal(), "under": Decimal()},
            )
            row["n"] += 1
            row["over" if one.paid > one.due else "under"] += abs(one.paid - one.due)
        return [
            row | {"over": f"{row['over']:.2f}", "under": f"{row['under']:.2f}"} for row in found.values()
        ]


def replay(
    programme: str = "", year: int | None = None, *, by: User | None, sweep: Sweep | None = None,
    progress: Progress | None = None,
) -> Replay:  # fmt: skip
    """Recompute every paid claim, of one programme or year or all, and keep each difference as a finding
    (C40).

    Cost: one DuckDB query for each pack and set of figures, linear in the claims.
    """
    sweep = sweep or Sweep.objects.create(what=Sweep.What.REPLAY, by=by, programme=programme, year=year)
    Sweep.objects.filter(pk=sweep.pk).update(state=Sweep.State.RUNNING)
    began = time.perf_counter()
    try:
        claims = _claims(programme, year)
        found = _compared(claims, progress, list_of(sweep))
        verdict = ledger.verify()
        found.chain = f"{verdict.first.where}: {verdict.first.what}" if verdict.first else ""
        found.seconds = round(time.perf_counter() - began, 3)
        _keep(found, claims)
    except BaseException:
        Sweep.objects.filter(pk=sweep.pk).update(state=Sweep.State.FAILED, finished_at=timezone.now())
        raise
    Sweep.objects.filter(pk=sweep.pk).update(
        state=Sweep.State.DONE, finished_at=timezone.now(), n_claims=found.n, n_found=len(found.differences),
        seconds=found.seconds, told=found.as_json(),
    )  # fmt: skip
    return found


def list_of(sweep: Sweep) -> Path:
    """The sheet of every payment that a recomputation held against the rules; it may be gone."""
    return Path(settings.VAR) / "replays" / f"{sweep.pk}.csv"


def _claims(programme: str, year: int | None) -> pa.Table:
    rows = Claim.objects.filter(decided_on__isnull=False).exclude(pack_digest="")
    if programme:
        rows = rows.filter(programme__slug=programme)
    if year is not None:
        rows = rows.filter(decided_on__year=year)
    rows = rows.annotate(told=Cast("facts", TextField()), decided=KT("decision__amount"))
    return _table(_CLAIMS, _rows(rows))


def _rows(rows: Any) -> Iterator[tuple[Any, ...]]:
    fields = ("number", "tops_up_id", "state", "pack_digest", "known_on", "decided_on", "told", "amount")
    for pk, number, tops_up, state, digest, known_on, on, told, amount, decided in keyset(
        rows, (*fields, "decided")
    ):
        stored = 0 if amount is None else int(amount.scaleb(2))
        yield pk, number, tops_up or pk, state, digest, known_on or on, on, told, stored, decided


def _table(schema: pa.Schema, rows: Iterator[tuple[Any, ...]]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pa.table([pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)], schema=schema)


def _money() -> pa.Table:
    """What stands as paid for each purpose: one aggregate of the database over the transfers themselves."""
    rows = Transfer.objects.filter(Q(credit__stage="paid") | Q(debit__stage="paid")).order_by()
    sums = rows.values_list("purpose", "credit__stage").annotate(Sum("cents"))
    found: dict[str, int] = {}
    for purpose, stage, total in sums.iterator():
        cents = int(Decimal(total).scaleb(2))
        found[purpose] = found.get(purpose, 0) + (cents if stage == "paid" else -cents)
    return _table(_MONEY, iter(found.items()))


def _compared(claims: pa.Table, progress: Progress | None, listed: Path) -> Replay:
    packs, recomputed = _recomputed(claims, progress)
    with duckdb.connect() as connection:
        connection.register("claims", claims)
        connection.register("recomputed", recomputed)
        connection.register("money", _money())
        connection.execute(f"CREATE TABLE d AS {_COMPARED}")
        differs = "is_lost OR paid <> due OR stored <> by_rule OR granted IS DISTINCT FROM by_rule"
        counts = f"SELECT count(*), count(*) FILTER (NOT coalesce({differs}, true)) FROM d"
        ((n, n_equal),) = connection.execute(counts).fetchall()
        _list(connection, packs, listed)
        rows = connection.execute(
            f"SELECT * FROM d WHERE coalesce({differs}, true) ORDER BY number"
        ).fetchall()
    found = Replay(n=n, n_equal=n_equal)
    for row in rows:
        _add(found, packs, row)
    return found


def _list(connection: duckdb.DuckDBPyConnection, packs: dict[str, Pack], listed: Path) -> None:
    """Write every payment recomputed as a sheet that opens in Excel: what was paid, and what is due."""
    listed.parent.mkdir(parents=True, exist_ok=True)
    names = pa.table(
        {"digest": pa.array(packs, pa.string()), "pack": pa.array([p.id for p in packs.values()])}
    )
    connection.register("packs", names)
    asked = """SELECT number, paid / 100, due / 100, (paid - due) / 100, coalesce(pack, d.digest)
      FROM d LEFT JOIN packs USING (digest) ORDER BY number"""
    rows = connection.execute(asked)
    with listed.open("w", encoding="utf-8-sig", newline="") as stream:
        sheet = csv.writer(stream)
        sheet.writerow([_("Claim"), _("Paid"), _("By the rules"), _("Difference"), _("Rules")])
        while some := rows.fetchmany(10_000):
            sheet.writerows((n, *(f"{yuan:.2f}" for yuan in money), pack) for n, *money, pack in some)


def _recomputed(claims: pa.Table, progress: Progress | None) -> tuple[dict[str, Pack], pa.Table]:
    """Every claim by its archived pack; one query for each pack and set of figures known."""
    groups: dict[str, set[dt.date]] = {}
    for digest, known_on in zip(claims["digest"].to_pylist(), claims["known_on"].to_pylist(), strict=True):
        groups.setdefault(digest, set()).add(known_on)
    packs: dict[str, Pack] = {}
    tables: list[pa.Table] = []
    for done, (digest, days) in enumerate(groups.items()):
        try:
            packs[digest] = rulebook.by_digest(digest)
        except rulebook.UnknownDigest:
            continue
        if progress is not None:
            progress(done, len(groups), packs[digest].id)
        tables += _by_pack(packs[digest], digest, days, claims)
    empty = pa.table(
        {
            "case": pa.array([], pa.int64()),
            "verdict": pa.array([], pa.string()),
            "amount": pa.array([], pa.decimal128(18, 2)),
        }
    )
    return packs, pa.concat_tables([empty, *(table.cast(empty.schema) for table in tables)])


def _by_pack(pack: Pack, digest: str, days: set[dt.date], claims: pa.Table) -> Iterator[pa.Table]:
    same = {day: pack.figures_since(day) for day in days}
    for known_on in sorted(set(same.values())):
        with duckdb.connect() as connection:
            connection.register("claims", claims)
            connection.register(
                "days",
                pa.table({"day": pa.array([d for d, k in same.items() if k == known_on], pa.date32())}),
            )
            asked = (
                'SELECT claim AS "case", on_day, facts FROM claims SEMI JOIN days ON day = known_on'
                " WHERE digest = ?"
            )
            cases = connection.sql(asked, params=[digest]).to_arrow_table()
        yield policy.recompute(pack, cases, known_on)


def _add(found: Replay, packs: dict[str, Pack], row: tuple[Any, ...]) -> None:
    _claim, number, digest, verdict, is_lost, stored, paid, due, by_rule, granted, _state = row
    pack = packs.get(digest)
    yuan = {
        name: Decimal(cents).scaleb(-2) for name, cents in (("paid", paid), ("due", due), ("stored", stored))
    }
    kind, why = "claim_altered", ""
    if is_lost or pack is None:
        kind, why = "not_repeatable", _("The archived rules are not those that were signed.")
    elif paid > due:
        kind = "overpaid"
        found.n_over += 1
        found.over += yuan["paid"] - yuan["due"]
    elif paid < due:
        kind = "underpaid"
        found.n_under += 1
        found.under += yuan["due"] - yuan["paid"]
    if not why:
        why = _where(number, pack, verdict, stored == by_rule, granted == by_rule, paid == due)
    document = pack.document.zh if pack and pack.document else ""
    found.differences.append(
        Difference(number, kind, pack.id if pack else digest[:12], document, why=why, **yuan)
    )


def _where(
    number: str, pack: Pack | None, verdict: str | None, row: bool, decision: bool, money: bool
) -> str:
    """Which of the records stands against the rule, and which clause it fails."""
    said = []
    if verdict != "eligible":
        said.append(_("by the rules of its day it is not granted: %(why)s") % {"why": _failed(number, pack)})
    if altered := _altered(number):
        said.append(_("facts changed since it was sent: %(names)s") % {"names": ", ".join(altered)})
    if not row:
        said.append(_("the claim's row has another amount"))
    if not decision:
        said.append(_("the decision kept with it has another amount"))
    if not money:
        said.append(_("the ledger has another amount"))
    return "; ".join(said)


def _failed(number: str, pack: Pack | None) -> str:
    claim = Claim.objects.get(number=number)
    if pack is None or claim.decided_on is None:
        return "–"
    try:
        decision = policy.decide(pack, claim.facts, claim.decided_on, claim.known_on)
    except policy.BadFacts as bad:
        return str(bad)
    failed = [
        f"{check.says.zh} ({check.clause.zh})" if check.clause else check.says.zh
        for check in decision.checks
        if check.value is False
    ]
    return "; ".join(failed) or ", ".join(decision.needs) or "–"


def _altered(number: str) -> list[str]:
    """Facts of a claim's row that are not those of its history, which nobody can change."""
    claim = Claim.objects.get(number=number)
    sent: dict[str, Any] = {}
    for after in claim.steps.order_by("n").values_list("after", flat=True):
        sent |= after.get("facts", {}) if isinstance(after, dict) else {}
    if not sent:
        return []
    return [name for name in {**sent, **claim.facts} if sent.get(name) != claim.facts.get(name)]


def _keep(found: Replay, claims: pa.Table) -> None:
    ids = dict(zip(claims["number"].to_pylist(), claims["claim"].to_pylist(), strict=True))
    hits = []
    for one in found.differences:
        cents = {name: int(getattr(one, name).scaleb(2)) for name in ("paid", "due", "stored")}
        why = {"kind": one.kind, **cents, "difference": abs(cents["paid"] - cents["due"]), "why": one.why,
               "pack": one.pack, "document": one.document,
               "cents": abs(cents["paid"] - cents["due"])}  # fmt: skip
        hits.append(Hit("C40", one.number, 100, why, (ids[one.number],)))
    looked_at = Finding.objects.filter(check_id="C40", claim__number__in=list(ids))
    keeping.keep(hits, looked_at if len(ids) < 10_000 else Finding.objects.filter(check_id="C40"))
