"""The picture of a finding: who with whom, by which account, telephone, shop, yard; drawn on the server."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import rustworkx as rx
from django.utils.translation import gettext as _

from ..models import Claim

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .models import Finding

MOST_CLAIMS = 60
_WIDTH, _HEIGHT, _EDGE = 760, 460, 46
_KEYS = {"phone_hash": "phone", "account_hash": "account", "address_hash": "address", "device_hash": "device"}


@dataclass(frozen=True)
class Node:
    """A circle is a person, a square a shop, a diamond what they share."""

    x: float
    y: float
    shape: str
    label: str
    title: str
    is_main: bool


@dataclass(frozen=True)
class Line:
    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True)
class Drawing:
    """For the template: `left_out` claims are not drawn."""

    nodes: list[Node]
    lines: list[Line]
    width: int
    height: int
    left_out: int


def draw(finding: Finding) -> Drawing | None:
    """The people and shops of a finding's claims and what ties them; None where there is only one claim.
    Two queries."""
    rows = (
        Claim.objects.filter(pk__in=finding.involved.values("claim"))
        .select_related("applicant")
        .order_by("pk")
    )
    claims = list(rows[: MOST_CLAIMS + 1])
    n = finding.involved.count() if len(claims) > MOST_CLAIMS else len(claims)
    if n < 2:
        return None
    return _laid_out(finding, claims[:MOST_CLAIMS], n - min(n, MOST_CLAIMS))


def _laid_out(finding: Finding, claims: Sequence[Claim], left_out: int) -> Drawing:
    graph: rx.PyGraph = rx.PyGraph(multigraph=False)
    at: dict[tuple[str, object], int] = {}

    def node(kind: str, key: object, label: str, title: str, is_main: bool = False) -> int:
        if (kind, key) not in at:
            at[kind, key] = graph.add_node((kind, label, title, is_main))
        return at[kind, key]

    shared = _shared(claims)
    words = {"phone": _("telephone"), "account": _("account"), "address": _("address"), "device": _("device")}
    for claim in claims:
        person = node(
            "person",
            claim.applicant_id,
            _masked(claim.applicant.name),
            claim.number,
            claim.pk == finding.claim_id,
        )
        if claim.merchant:
            shop = node(
                "shop", claim.merchant, claim.merchant, claim.merchant, claim.merchant == finding.subject
            )
            graph.add_edge(person, shop, None)
        for column, kind in _KEYS.items():
            key = getattr(claim, column)
            if key is not None and (kind, bytes(key)) in shared:
                graph.add_edge(person, node(kind, bytes(key), words[kind], words[kind]), None)
    where = rx.spring_layout(graph, seed=7, num_iter=120)
    return _drawn(graph, where, left_out)


def _shared(claims: Sequence[Claim]) -> set[tuple[str, bytes]]:
    """Keys that two people at least have."""
    pairs = {
        (kind, bytes(key), claim.applicant_id)
        for claim in claims
        for column, kind in _KEYS.items()
        if (key := getattr(claim, column)) is not None
    }
    counted = Counter((kind, key) for kind, key, _who in pairs)
    return {pair for pair, n in counted.items() if n > 1}


def _masked(name: str) -> str:
    """The family name and no more."""
    return f"{name[:1]}**"


def _drawn(graph: rx.PyGraph, where: rx.Pos2DMapping, left_out: int) -> Drawing:
    xs = [p[0] for p in where.values()]
    ys = [p[1] for p in where.values()]

    def place(node: int) -> tuple[float, float]:
        x, y = where[node]
        across, down = (max(xs) - min(xs)) or 1, (max(ys) - min(ys)) or 1
        return (
            round(_EDGE + (x - min(xs)) / across * (_WIDTH - 2 * _EDGE), 1),
            round(_EDGE + (y - min(ys)) / down * (_HEIGHT - 2 * _EDGE), 1),
        )

    nodes = []
    for index in graph.node_indices():
        kind, label, title, is_main = graph[index]
        x, y = place(index)
        shape = kind if kind in ("person", "shop") else "key"
        nodes.append(Node(x, y, shape, label, title, is_main))
    lines = [Line(*place(a), *place(b)) for a, b in graph.edge_list()]
    return Drawing(nodes, lines, _WIDTH, _HEIGHT, left_out)
