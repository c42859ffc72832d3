"""All claims as Parquet, streamed from the database by key; DuckDB reads the facts out of their JSON."""

from __future__ import annotations

from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.conf import settings
from django.db.models import TextField
from django.db.models.functions import Cast

from huanxin.registry.models import Party
from huanxin.rulebook import queries as rulebook

from ..models import Claim, ClaimPaper, Programme, State, Step
from . import feeds, ports
from .models import Entry, Source, Trace
from .sweeping.hits import TABLES, key64

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from django.db.models import QuerySet

    from huanxin.policy import Pack

_AT_ONCE = 20_000
_DEAD = (State.DRAFT, State.REFUSED, State.WITHDRAWN)
_STAMP = pa.timestamp("us", tz="UTC")
_RAW = pa.schema(
    [
        ("id", pa.int64()), ("programme", pa.string()), ("place", pa.string()), ("state", pa.string()),
        ("is_top_up", pa.bool_()), ("applicant", pa.int64()), ("entered_by", pa.int64()),
        ("submitted_at", _STAMP), ("decided_on", pa.date32()), ("cents", pa.int64()), ("phone", pa.uint64()),
        ("account", pa.uint64()), ("address", pa.uint64()), ("device", pa.uint64()), ("network", pa.uint64()),
        ("merchant", pa.string()), ("facts", pa.string()),
    ]
)  # fmt: skip
_SALES = pa.schema(
    [
        ("claim", pa.int64()), ("merchant", pa.string()), ("product", pa.string()),
        ("product_class", pa.string()), ("price", pa.int64()), ("sold_at", _STAMP), ("received_at", _STAMP),
    ]
)  # fmt: skip
_PROGRAMMES = pa.schema(
    [
        ("programme", pa.string()), ("family", pa.string()), ("most", pa.int32()), ("from_on", pa.date32()),
        ("is_project", pa.bool_()), ("dated_by", pa.string()), ("stopped_on", pa.date32()),
    ]
)  # fmt: skip
_CLAIMS = """
WITH f AS (
  SELECT r.*, p.family, p.most, p.from_on, p.is_project, p.stopped_on,
    coalesce(TRY_CAST(json_extract_string(r.facts, '$.' || p.dated_by) AS DATE), r.decided_on) AS dated_on
  FROM raw r JOIN programmes p USING (programme)
)
SELECT f.id, f.programme, f.family, f.most, year(coalesce(dated_on, CAST(submitted_at AS DATE)))::INTEGER AS
  year,
  f.from_on, CAST(f.stopped_on AS TIMESTAMP) + INTERVAL 1 DAY AS stopped_at, f.place, f.state,
  f.state NOT IN (SELECT state FROM dead) AS is_alive, f.is_top_up, f.is_project, f.applicant, f.entered_by,
  f.submitted_at, f.dated_on, f.cents, f.phone, f.account, f.address, f.device, f.network,
  coalesce(s.merchant, nullif(f.merchant, '')) AS merchant, s.product,
  coalesce(s.product_class, json_extract_string(f.facts, '$.product_class')) AS product_class,
  TRY_CAST(json_extract_string(f.facts, '$.energy_grade') AS INTEGER) AS grade,
  coalesce(s.price, CAST(TRY_CAST(json_extract_string(f.facts, '$.price') AS DECIMAL(18,2)) * 100 AS
    BIGINT)) AS price,
  s.sold_at, s.received_at
FROM f LEFT JOIN sales s ON s.claim = f.id"""


def write(folder: Path) -> int:
    """Write every table of `hits.TABLES` into the folder; returns the number of claims. Cost: one pass
    each."""
    folder.mkdir(parents=True, exist_ok=True)
    n = _stream(folder / "raw.parquet", _RAW, _claims())
    _stream(folder / "sales.parquet", _SALES, map(_sale, feeds.rows("sales")))
    _stream(folder / "programmes.parquet", _PROGRAMMES, _programmes())
    _compose(folder)
    for name, rows in _SIMPLE.items():
        _stream(folder / f"{name}.parquet", TABLES[name], rows())
    return n


def _compose(folder: Path) -> None:
    with duckdb.connect() as connection:
        for name in ("raw", "sales", "programmes"):
            table = _local(pq.read_table(folder / f"{name}.parquet"))
            connection.register(name, table)
        connection.register("dead", pa.table({"state": pa.array([str(state) for state in _DEAD])}))
        found = connection.sql(_CLAIMS).to_arrow_table().cast(TABLES["claims"])
    pq.write_table(found, folder / "claims.parquet", compression="zstd")
    for name in ("raw", "sales", "programmes"):
        (folder / f"{name}.parquet").unlink()


def _local(table: pa.Table) -> pa.Table:
    """Instants as the office's own clock shows them."""
    for at, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type) and field.type.tz:
            here = table.column(at).cast(pa.timestamp("us", tz=settings.TIME_ZONE))
            table = table.set_column(at, field.name, pc.local_timestamp(here))
    return table


def _stream(path: Path, schema: pa.Schema, rows: Iterable[Sequence[Any]]) -> int:
    """Write rows some thousand at a time; instants without a zone are written as the office's clock has
    them."""
    aware = pa.schema([(f.name, _STAMP if f.type == pa.timestamp("us") else f.type) for f in schema])
    n, waiting = 0, iter(rows)
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        while some := list(islice(waiting, _AT_ONCE)):
            n += len(some)
            columns = zip(*some, strict=True)
            arrays = [pa.array(column, f.type) for column, f in zip(columns, aware, strict=True)]
            table = pa.Table.from_arrays(arrays, schema=aware)
            writer.write_table(table if aware.equals(schema) else _local(table).cast(schema))
    return n


def keyset(rows: QuerySet[Any], fields: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """Rows in order of their ids, a page at a time by key, so that no transaction stays open over all of
    them."""
    after = 0
    while some := list(rows.filter(pk__gt=after).order_by("pk").values_list("pk", *fields)[:_AT_ONCE]):
        yield from some
        after = some[-1][0]


def _claims() -> Iterator[Sequence[Any]]:
    hashes = ("phone_hash", "account_hash", "address_hash", "device_hash", "network_hash")
    rows = Claim.objects.exclude(state=State.DRAFT).annotate(told=Cast("facts", TextField()))
    fields = (
        "programme__slug", "place_id", "state", "tops_up_id", "applicant_id", "entered_by_id", "submitted_at",
        "decided_on", "amount", *hashes, "merchant", "told",
    )  # fmt: skip
    for pk, slug, place, state, tops_up, who, by, at, on, amount, *rest in keyset(rows, fields):
        *keys, merchant, told = rest
        yield (
            pk, slug, place, state, tops_up is not None, who, by, at, on, _cents(amount),
            *(key64(key) for key in keys), merchant, told,
        )  # fmt: skip


def _cents(amount: Decimal | None) -> int | None:
    return None if amount is None else int(amount.scaleb(2))


def _sale(row: tuple[Any, ...]) -> tuple[Any, ...]:
    claim, merchant, product, product_class, price, sold_at, received_at = row
    return claim, merchant, product, product_class, _cents(price), sold_at, received_at


def _programmes() -> Iterator[Sequence[Any]]:
    """What the checks need of each programme's pack: its family, how many turns a person has, what dates a
    case."""
    releases = rulebook.newest_of_each()
    for programme in Programme.objects.order_by("pk"):
        release = releases.get(programme.pack_id)
        pack = rulebook.thaw(release) if release else None
        family = (getattr(pack, "once_group", "") if pack else "") or programme.pack_id
        yield (
            programme.slug, family.rsplit("-20", 1)[0], _most(pack, programme.from_on), programme.from_on,
            pack is not None and pack.subject == "project",
            pack.in_force.dated_by if pack and pack.in_force else None, programme.to_on,
        )  # fmt: skip


def _most(pack: Pack | None, on: dt.date) -> int | None:
    """How many of a class a person may have in a year; None where the pack sets no number."""
    if pack is None:
        return None
    if "most_per_class" in pack.parameters:
        found = pack.known("most_per_class", on, on)
        return int(found) if isinstance(found, Decimal) else None
    return 1 if "applicant" in pack.once_per else None


def _traces() -> Iterator[Sequence[Any]]:
    for _pk, claim, kind, key in keyset(Trace.objects.all(), ("claim_id", "kind", "key_hash")):
        yield claim, kind, key64(key)


def _steps() -> Iterator[Sequence[Any]]:
    for _pk, *row in keyset(Step.objects.exclude(deed="submit"), ("claim_id", "n", "deed", "by_id", "at")):
        yield row


def _papers() -> Iterator[Sequence[Any]]:
    """Papers by what they are called in the programme's pack, in both languages."""
    called = _proofs()
    rows = ClaimPaper.objects.filter(replaced_at=None)
    fields = (
        "claim_id", "paper_id", "proves", "claim__programme_id", "paper__looks_hash", "paper__taken_on",
    )  # fmt: skip
    for _pk, claim, paper, proves, programme, looks, taken_on in keyset(rows, fields):
        yield claim, paper, *called.get((programme, proves), (proves, proves)), looks, taken_on


def _proofs() -> dict[tuple[int, str], tuple[str, str]]:
    """What the paper is called that proves a fact or thing of a programme, in Chinese and in English."""
    releases = rulebook.newest_of_each()
    packs = {pack_id: rulebook.thaw(release) for pack_id, release in releases.items()}
    found: dict[tuple[int, str], tuple[str, str]] = {}
    for programme in Programme.objects.filter(pack_id__in=packs):
        pack = packs[programme.pack_id]
        proofs = {name: fact.proof for name, fact in pack.facts.items()}
        proofs |= {name: thing.proof for name, thing in pack.things.items()}
        found |= {(programme.pk, n): (proof.zh, proof.en) for n, proof in proofs.items() if proof is not None}
    return found


def _people() -> Iterator[Sequence[Any]]:
    rows = Party.objects.filter(kind=Party.Kind.PERSON)
    for pk, name, born_on, place, number in keyset(rows, ("name", "born_on", "place_id", "identity_hash")):
        yield pk, ports.loose(name), born_on, place, key64(number)


def _entries() -> Iterator[Sequence[Any]]:
    """Of each port the newest file; of a port with many lines to a thing every line of every file."""
    rows = Entry.objects.annotate(told=Cast("says", TextField()))
    newest = latest_sources()
    many = [port.id for port in ports.PORTS.values() if port.has_many]
    found = rows.filter(source_id__in=newest.values()) | rows.filter(port__in=many)
    for _pk, port, key, told in keyset(found, ("port", "key_hash", "told")):
        yield port, key64(key), told


def latest_sources() -> dict[str, int]:
    """The newest file of each port, by the day it is of. One query."""
    return dict(Source.objects.order_by("as_of", "pk").values_list("port", "pk"))


def _prices() -> Iterator[Sequence[Any]]:
    for merchant, product, price, at in feeds.rows("prices"):
        yield merchant, product, _cents(price), at


def _shops() -> Iterator[Sequence[Any]]:
    for merchant, account, party in feeds.rows("shops"):
        yield merchant, key64(ports.key_of(merchant)), key64(account), party


_SIMPLE: dict[str, Callable[[], Iterator[Sequence[Any]]]] = {
    "traces": _traces, "steps": _steps, "papers": _papers, "people": _people, "entries": _entries,
    "prices": _prices, "shops": _shops,
}  # fmt: skip
