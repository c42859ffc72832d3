"""An office filled from nothing: what `make run` shows. Done twice, it changes nothing the second time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from huanxin.registry import queries as registry
from huanxin.registry import services as registering
from huanxin.renewal import queries as renewal
from huanxin.renewal import services as renewing
from huanxin.rulebook import services as rulebook

from . import cast, demo_claims

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from huanxin.foundation.access.models import User
    from huanxin.foundation.lib.progress import Progress

    Bar = Callable[[str], AbstractContextManager[Progress]]


def tell(*, quick: bool, progress: Bar) -> Iterator[str]:
    """Places, people, packs, things, verdicts, in this order; a sentence for each that was new."""
    registering.load_places()
    cast.enter_all()
    yield from _packs(progress)
    if quick:
        return
    yield from _things(cast.enter(cast.LI_JING), progress)
    yield from _verdicts(cast.enter(cast.LI_JING), progress)
    yield from demo_claims.tell(progress)


def _packs(progress: Bar) -> Iterator[str]:
    with progress(_("Putting packs in force")) as bar:
        released, refused = rulebook.release_all(
            by=cast.enter(cast.LI_JING), second=cast.enter(cast.ZHAO), only_ours=True, progress=bar
        )
    if released:
        yield _("%(n)s policy packs put in force") % {"n": len(released)}
    for pack_id, why in refused.items():
        yield f"{pack_id}: {why}"


def _things(by: User, progress: Bar) -> Iterator[str]:
    if any(registry.tallies().values()):
        return
    with progress(_("Importing the inventory")) as bar:
        for record in registering.load_demo(by=by, progress=bar):
            yield _("%(kind)s: %(n)s imported") % {"kind": record.kind, "n": record.n_new}


def _verdicts(by: User, progress: Bar) -> Iterator[str]:
    if renewal.runs():
        return
    today = timezone.localdate()
    kinds = [kind for kind, n in registry.tallies().items() if n and kind in renewal.screenable(today)]
    with progress(_("Screening")) as bar:
        run = renewing.screen(kinds, on=today, by=by, progress=bar)
    yield _("Screening %(run)s finished") % {"run": run.pk}
