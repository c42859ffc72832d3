"""A programme in the office, with a pack of its own, claims of Li Jing in it, and one that waits in line."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from stdnum.cn import ric

from huanxin.claims import services as claims
from huanxin.claims.models import Claim, ClaimPaper, Programme
from huanxin.ledger import services as ledger
from huanxin.registry import services as registry
from huanxin.rulebook import services as rulebook
from huanxin.web import cast

PROGRAMME = "house-pumps"
CONTACT = {"phone": "13800138000", "account": "6222000012345678", "bank": "农业银行"}
PACK = """\
pack: test-pump-grant
title: {zh: 试验水泵更新补贴, en: Grant for test pumps}
kind: benefit
subject: claim
document: {zh: 试验〔2024〕3号, en: Test 3 (2024)}
source: tests
confidence: seen
in_force: {from: 2020-01-01}
once_per: [old_pump]
things:
  old_pump:
    {kind: test-pump, role: old, ask: {zh: 旧水泵, en: Old pump}, proof: {zh: 铭牌照片, en: Plate}}
facts:
  price:
    {type: decimal, unit: CNY, places: 2, ask: {zh: 价格, en: Price}, proof: {zh: 发票, en: Invoice}}
checks:
  - id: dear
    says: {zh: 价格不低于一百元, en: The price is 100 yuan or more}
    clause: {zh: 第一条, en: Article 1}
    holds: price >= 100
amount:
  - {otherwise: true, rate: "0.1", base: price}
"""
CASE = """\
- case: {zh: 缺价格, en: No price}
  on: 2024-01-01
  facts: {}
  expect: {verdict: undecided, needs: [price]}
"""


@dataclass(frozen=True)
class Claims:
    """What stands in the programme: a draft, a claim that was sent, a paper of it."""

    programme: Programme
    draft: Claim
    sent: Claim
    paper: ClaimPaper


def build(folder: Path, n_things: int) -> Claims:
    """A programme with some claims; more programmes and claims where there are more things."""
    home = folder / "packs" / "benefits" / "test-pump-grant"
    home.mkdir(parents=True, exist_ok=True)
    (home / "pack.yaml").write_text(PACK, encoding="utf-8")
    (home / "cases.yaml").write_text(CASE, encoding="utf-8")
    li_jing, zhao = cast.enter(cast.LI_JING), cast.enter(cast.ZHAO)
    rulebook.release_one("test-pump-grant", by=li_jing, second=zhao)
    stem = "15010219800101002"
    party = registry.enter_party(
        li_jing.name, stem + ric.calc_check_digit(f"{stem}0"), login=li_jing, place="150102", sample=True
    )
    for n in range(n_things // 100):
        claims.open_programme(f"{PROGRAMME}-{n}", "test-pump-grant", from_on=dt.date(2024, 1, 1), by=li_jing)
    programme = claims.open_programme(
        PROGRAMME, "test-pump-grant", from_on=dt.date(2024, 1, 1), by=li_jing, sample=True
    )
    budget = ledger.open_budget(PROGRAMME, "15", "region", by=zhao)
    ledger.grant(budget, "1000000.00", key="house-pumps", by=zhao)
    claims.set_quota(programme, "1525", by=li_jing, most_claims=100_000)
    made = []
    for n in range(3 + n_things // 50):
        claim = claims.start(programme, party, by=li_jing, place_code="152502")
        answers = {"price": "2000", "old_pump": f"OLD{n}", **CONTACT}
        made.append(claims.save_answers(claim, answers, by=li_jing))
    paper = claims.add_paper(made[0], _PICTURE, "price", by=li_jing, file_name="invoice.png")
    for claim in made[1:]:
        claims.submit(claim, by=li_jing)
    return Claims(programme, made[0], made[1], paper)


# The smallest picture there is.
_PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63"
    "f8ffff3f0005fe02fea735819b0000000049454e44ae426082"
)

_ONE = {"number": lambda w: w.claims.sent.number}
_DRAFT = {"number": lambda w: w.claims.draft.number}
ARGUMENTS: dict[str, dict[str, object]] = {
    "claims:about": {"slug": PROGRAMME},
    "claims:begin": {"slug": PROGRAMME},
    "claims:begin_for": {"slug": PROGRAMME},
    "claims:claim": _ONE,
    "claims:check": _DRAFT,
    "claims:send": _DRAFT,
    "claims:received": _ONE,
    "claims:mend_account": _ONE,
    "claims:deed": _ONE | {"deed": "withdraw"},
    "claims:remove_paper": _DRAFT | {"paper": lambda w: w.claims.paper.pk},
    "claims:question": _DRAFT | {"name": "price"},
    "claims:programme": {"slug": PROGRAMME},
    "claims:quota": {"slug": PROGRAMME},
    "claims:top_ups": {"slug": PROGRAMME},
    "claims:export": {"slug": PROGRAMME, "form": "csv"},
    "claims:programme_deed": {"slug": PROGRAMME, "deed": "pause"},
}
