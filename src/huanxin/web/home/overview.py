"""The figures of the start page, each with the page that lists what it counts."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from huanxin.claims import queries as claims
from huanxin.foundation.access import queries as access
from huanxin.foundation.lib import reader
from huanxin.foundation.ui import badges
from huanxin.ledger import queries as ledger
from huanxin.policy import Tally
from huanxin.registry import queries as registry
from huanxin.renewal import queries as renewal
from huanxin.rulebook import queries as rulebook

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from huanxin.foundation.access.models import User
    from huanxin.registry.models import Asset
    from huanxin.renewal.models import Screening


# Deeds of the public: by which verb, on which page, and what it is for.
_SERVICES = (
    ("apply", "claims:entitlements", gettext_lazy("What can I get"),
     gettext_lazy(
         "Every programme, its last day, what you would get. "
         "You are told the amount before you hand in a paper."
     )),
    ("apply", "claims:mine", gettext_lazy("My claims"),
     gettext_lazy("Where they lie and until when, what to mend, when the money comes.")),
    ("apply", "tradein:vouchers", gettext_lazy("Vouchers"),
     gettext_lazy("For appliances and digital goods; the shop takes the subsidy off the price.")),
    ("trade", "tradein:till", gettext_lazy("Till"), gettext_lazy("Redeem a customer's voucher.")),
    ("trade", "tradein:prices", gettext_lazy("Filed prices"),
     gettext_lazy("What you file, and what was sold.")),
    ("trade", "tradein:settlement", gettext_lazy("Settlement"),
     gettext_lazy("What is open, and what was paid.")),
    ("", "outbox:inbox", gettext_lazy("Messages"), gettext_lazy("What offices tell you.")),
    ("", "claims:open_notices", gettext_lazy("Claims in public notice"),
     gettext_lazy("Who is to be paid, and how to object.")),
)  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """How many things of a kind there are, and whether made-up ones, and real ones, are among them."""

    name: str
    n: int
    address: str
    has_samples: bool
    has_real: bool
    is_more: bool = False


@dataclass(frozen=True)
class Latest:
    """The latest screening that finished: its verdicts, by verdict and by league."""

    run: Screening
    kinds: str
    verdicts: list[tuple[str, Any]]
    leagues: list[Any]
    outlines: Any
    address: str
    where: str
    newer: list[Screening]

    @property
    def league_link(self) -> str:
        return f"{self.address}?place="

    @property
    def bars(self) -> list[tuple[str, int, str]]:
        return [(one.name, one.n, f"{self.league_link}{one.key}#list") for one in self.leagues]


@dataclass(frozen=True)
class League:
    """How many things of a league must go, should go or must be examined."""

    key: str
    name: str
    n: int


@dataclass(frozen=True)
class Step:
    """Something to do next, and where."""

    words: str
    why: str
    address: str


def kinds(areas: Sequence[str]) -> list[Kind]:
    """The kinds of which there is something in these areas, most first; beyond 1,000 nobody counts.

    One query: of one small table in the whole region, else of an index.
    """
    made_up = registry.made_up_kinds()
    if access.REGION in areas:
        tallies = {kind: registry.Count(n, False) for kind, n in registry.tallies().items()}
    else:
        tallies = registry.tallies_within(areas)
    inventory = reverse("registry:inventory")
    found = [
        Kind(
            reader.said(pack.title),
            tallies[name].n,
            f"{inventory}?kind={name}",
            name in made_up,
            made_up.get(name, True),
            tallies[name].is_more,
        )
        for name, pack in registry.kinds().items()
        if name in tallies and tallies[name].n
    ]
    return sorted(found, key=lambda kind: -kind.n)


def latest(areas: Sequence[str], names: Mapping[str, str]) -> Latest | None:
    """The screening that says most, with its sums in these areas; `None` before the first.

    Of the last fifty that finished, one of the whole region goes before one of a league, then one of more
    kinds, then the newer: looking at a few things of one kind does not take the rest off the page.
    """
    finished = list(renewal.runs().filter(state="done")[:50])
    if not finished:
        return None
    run = max(finished, key=lambda one: (not one.place, len(one.kind_ids), one.pk))
    sums = renewal.sums(run)
    if access.REGION not in areas:
        sums = _within(sums, areas)
    acting = ("must", "should", "examine")
    leagues = [
        League(code, names.get(code, code), sum(t.n for v, t in tallies.items() if v in acting))
        for code, tallies in sums.by_league.items()
        if code
    ]
    titles = [reader.said(kind["title"]) for kind in run.kinds]
    where = [names.get(run.place, run.place)] if run.place else []
    where += [] if access.REGION in areas else [names.get(area, area) for area in areas]
    newer = [one for one in finished if one.pk > run.pk][:3]
    shown = [(v, sums.by_verdict[v]) for v in badges.VERDICTS if v in sums.by_verdict]
    return Latest(
        run, _(", ").join(titles), shown, sorted(leagues, key=lambda one: -one.n), registry.boundaries(),
        reverse("renewal:screening", args=[run.pk]), _(", ").join(where), newer,
    )  # fmt: skip


def _within(sums: Any, areas: Sequence[str]) -> Any:
    """The counts of a run over the places of these areas."""
    found = dataclasses.replace(sums, by_verdict={}, by_league={})
    for place, tallies in sums.by_place.items():
        if not place.startswith(tuple(areas)):
            continue
        for verdict, tally in tallies.items():
            for to in (found.by_verdict, found.by_league.setdefault(place[:4], {})):
                to[verdict] = Tally(tally.n + (to[verdict].n if verdict in to else 0), None)
    return found


def _to_decide(user: User, names: Mapping[str, str]) -> list[Step]:
    """What waits at this person's desks, the late files in the sentence."""
    found = []
    for seat, there in claims.at_my_desks(user):
        words = ngettext("Decide %(n)s file", "Decide %(n)s files", there.n)
        late, today = there.by_clock["late"], there.by_clock["today"]
        why = _("%(place)s: %(late)s late, %(today)s due today") % {
            "place": names.get(seat.place_code, seat.place_code),
            "late": late,
            "today": today,
        }
        n = f"{there.n}+" if there.is_more else there.n
        clock = "&clock=late" if late else ""
        address = f"{reverse('claims:queue')}?desk={seat.place_code}{clock}"
        found.append(Step(words % {"n": n}, why, address))
    return found


def _to_sign(user: User) -> list[Step]:
    """Payment batches that somebody else made and this person may sign."""
    waiting = ledger.batches(state="draft", where=access.in_areas(user, "pay", "place_code"))
    n = waiting.exclude(made_by=user).count()
    if not n:
        return []
    words = ngettext("Sign %(n)s payment batch", "Sign %(n)s payment batches", n)
    address = f"{reverse('ledger:batches')}?state=draft"
    return [Step(words % {"n": n}, _("Nothing is paid before a second person signs."), address)]


def next_steps(user: User, names: Mapping[str, str]) -> list[Step]:
    """What this person can do next, the first things first."""
    steps = [
        *(_to_decide(user, names) if access.may_somewhere(user, "review") else []),
        *(_to_sign(user) if access.may_somewhere(user, "pay") else []),
    ]
    may = {verb for verb in ("import", "screen", "release") if access.may_somewhere(user, verb)}
    has_things = any(registry.tallies().values())
    if not has_things and "import" in may:
        steps.append(
            Step(
                _("Import a first sheet"),
                _("Excel or CSV; its columns are recognised."),
                reverse("registry:new_import"),
            )
        )
    if "release" in may and not rulebook.newest_of_each():
        steps.append(
            Step(_("Put policy packs in force"), _("Two people sign each."), reverse("rulebook:packs"))
        )
    if "release" in may and (n_waiting := rulebook.waiting().count()):
        words = ngettext("Countersign %(n)s pack", "Countersign %(n)s packs", n_waiting)
        steps.append(
            Step(words % {"n": n_waiting}, _("It lacks its second signature."), reverse("rulebook:packs"))
        )
    n_doubts = registry.doubts(within=access.within(user, "import")).count() if "import" in may else 0
    if n_doubts:
        words = ngettext("Settle %(n)s place in doubt", "Settle %(n)s places in doubt", n_doubts)
        steps.append(
            Step(
                words % {"n": n_doubts},
                _("Names and coordinates disagree, or no place has the name."),
                reverse("registry:doubts"),
            )
        )
    if has_things and "screen" in may:
        steps.append(
            Step(_("Screen what exists"), _("By the packs in force today."), reverse("renewal:new_screening"))
        )
    return steps


def services(user: User) -> list[Step]:
    """What citizens, shops and recyclers come for, by what they may do; public notices for everybody."""
    verbs = access.verbs_of(user)
    found = []
    for verb, name, words, why in _SERVICES:
        if verb and verb not in verbs:
            continue
        try:
            found.append(Step(str(words), str(why), reverse(name)))
        except NoReverseMatch:
            continue
    return found


def things(found: Sequence[Asset]) -> list[tuple[Asset, str, str]]:
    """Things with their kind and place in words."""
    titles = {name: reader.said(pack.title) for name, pack in registry.kinds().items()}
    return [
        (
            thing,
            titles.get(thing.kind, thing.kind),
            reader.said(thing.place) if thing.place else thing.get_place_state_display(),
        )
        for thing in found
    ]
