"""Putting a pack in force: one person proposes, another countersigns."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huanxin import policy
from huanxin.foundation.lib import reader
from huanxin.policy import Library, Pack, load

from . import queries
from .models import Release

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from huanxin.foundation.access.models import User


class ReleaseRefused(ValueError):
    """A release cannot be made as asked; the message says why and what to do."""


class SamePerson(ReleaseRefused):
    """The person who proposed may not countersign."""


class CasesFail(ReleaseRefused):
    """A pack whose worked cases do not pass is not put in force."""


def propose(source: Path | str, *, by: User, in_force_from: dt.date | None = None) -> Release:
    """Propose the pack in a folder, or of that id in our folders, for release; a second person countersigns.

    `in_force_from` defaults to the pack's own first day. Raises `policy.PackError` with every mistake in the
    pack, `CasesFail`, `UnknownPack`, and `ReleaseRefused` where this very text is in force or another
    proposal is open.
    """
    folder = source if isinstance(source, Path) else Library().path(source)
    pack = load(folder)
    n_cases = _all_cases_pass(pack, folder)
    latest = queries.newest(pack.id)
    if latest is not None and latest.digest == pack.digest and in_force_from in (None, latest.in_force_from):
        raise ReleaseRefused(
            _("The pack “{id}” is already released in exactly this form. Change it first.").format(id=pack.id)
        )
    return _propose(pack, n_cases, by=by, in_force_from=in_force_from)


def countersign(release: Release, *, by: User) -> Release:
    """Put a proposed release in force. Raises `SamePerson`, or `ReleaseRefused` if it no longer waits."""
    with transaction.atomic():
        found = Release.objects.select_for_update().get(pk=release.pk)
        if not found.is_waiting:
            raise ReleaseRefused(
                _("The release of “{id}” is no longer waiting for a signature. Reload the page.").format(
                    id=found.pack_id
                )
            )
        if found.proposed_by_id == by.pk:
            raise SamePerson(
                _(
                    "You proposed “{id}” yourself. Ask somebody else with the right to release to sign."
                ).format(id=found.pack_id)
            )
        found.countersigned_by = by
        found.countersigned_at = timezone.now()
        found.save(update_fields=["countersigned_by", "countersigned_at"])
    return found


def release_all(
    *,
    by: User,
    second: User,
    only_ours: bool = False,
    progress: Callable[[int, int | None, str], None] | None = None,
) -> tuple[list[Release], dict[str, Exception]]:
    """Release every pack of our folders that is new or changed; packs with a mistake stay out and are named.

    A release signed by the same two, as on the first day of an office. Returns what was released, and for
    each pack that was not the `PackError` or `ReleaseRefused` that says why. `only_ours` leaves the office's
    own folders alone: nobody signs for its people.
    """
    _refuse_one_person_twice(by, second)
    library = Library()
    ours = policy.pack_folders()[0]
    ids = [i for i in library.ids() if not only_ours or library.path(i).is_relative_to(ours)]
    done: list[Release] = []
    refused: dict[str, Exception] = {}
    for n, pack_id in enumerate(ids):
        if progress is not None:
            progress(n, len(ids), pack_id)
        try:
            released = release_one(pack_id, by=by, second=second, library=library)
        except (policy.PackError, ReleaseRefused) as problem:
            refused[pack_id] = problem
            continue
        if released is not None:
            done.append(released)
    return done, refused


def release_one(pack_id: str, *, by: User, second: User, library: Library | None = None) -> Release | None:
    """Release one pack of our folders with both signatures; nothing if this very text is in force already.

    Raises `policy.PackError`, `UnknownPack`, `CasesFail`, `SamePerson`.
    """
    _refuse_one_person_twice(by, second)
    library = library or Library()
    pack = library.pack(pack_id)
    latest = queries.newest(pack_id)
    if latest is not None and latest.digest == pack.digest:
        return None
    n_cases = _all_cases_pass(pack, library.path(pack_id))
    with transaction.atomic():
        return countersign(_propose(pack, n_cases, by=by), by=second)


def _refuse_one_person_twice(by: User, second: User) -> None:
    if by.pk == second.pk:
        raise SamePerson(_("A release needs two different people. Name another second person."))


def withdraw(release: Release, *, by: User, reason: str) -> Release:
    """Take a release or a proposal back; the one before it counts again.

    Raises `ReleaseRefused` without a reason, or where it was withdrawn before.
    """
    if not reason.strip():
        raise ReleaseRefused(_("Say why “{id}” is withdrawn; the reason is kept.").format(id=release.pack_id))
    with transaction.atomic():
        found = Release.objects.select_for_update().get(pk=release.pk)
        if found.withdrawn_at is not None:
            raise ReleaseRefused(_("The release of “{id}” was withdrawn before.").format(id=found.pack_id))
        found.withdrawn_by = by
        found.withdrawn_at = timezone.now()
        found.withdrawn_why = reason.strip()
        found.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_why"])
    return found


def cases_of(pack_id: str) -> list[policy.CaseResult]:
    """The worked cases of the pack in our folders, each run now; none of a pack with a mistake."""
    library = Library()
    try:
        return policy.run_cases(library.pack(pack_id), library.path(pack_id))
    except (policy.PackError, policy.UnknownPack):
        return []


def _propose(pack: Pack, n_cases: int, *, by: User, in_force_from: dt.date | None = None) -> Release:
    window = pack.in_force
    release = Release(
        pack_id=pack.id,
        digest=pack.digest,
        canonical=pack.canonical(),
        title=pack.title.model_dump(),
        kind=pack.kind,
        asset=pack.asset or "",
        in_force_from=in_force_from or (window.from_on if window else None),
        in_force_to=window.to_on if window and not window.dated_by else None,
        n_cases=n_cases,
        proposed_by=by,
    )
    try:
        with transaction.atomic():
            release.save(force_insert=True)
    except IntegrityError as taken:
        raise ReleaseRefused(
            _(
                "Another proposal of “{id}” waits for its second signature. Countersign or withdraw it first."
            ).format(id=pack.id)
        ) from taken
    return release


def _all_cases_pass(pack: Pack, folder: Path) -> int:
    """The number of worked cases. Raises `CasesFail`, naming the first that does not pass."""
    if pack.kind == "asset":
        # A kind of thing decides nothing, so there is nothing to work out.
        return 0
    results = policy.run_cases(pack, folder)
    failing = [r for r in results if not r.passed]
    if failing:
        raise CasesFail(
            _(
                "{n} of {m} worked cases of “{id}” fail, first “{case}”: {why}. Mend the pack or the case."
            ).format(
                n=len(failing),
                m=len(results),
                id=pack.id,
                case=reader.said(failing[0].case.case),
                why="; ".join(reader.said(difference) for difference in failing[0].differences),
            )
        )
    return len(results)
