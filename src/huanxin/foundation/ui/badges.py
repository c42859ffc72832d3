"""Short marks beside a thing: a word and a shape, so that nobody has to tell colours apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

# The gravest first; the same words as in the exports of a screening.
VERDICTS = {
    "must": ("✕", gettext_lazy("Must go")),
    "should": ("▲", gettext_lazy("Should go")),
    "examine": ("◆", gettext_lazy("Must be examined")),
    "undecided": ("?", gettext_lazy("Cannot tell")),
    "fine": ("✓", gettext_lazy("Fine")),
    "outside": ("–", gettext_lazy("Outside the rules")),
    "eligible": ("✓", gettext_lazy("Eligible")),
    "ineligible": ("✕", gettext_lazy("Not eligible")),
}
_LOOKS = {"eligible": "fine", "ineligible": "must"}


def verdict(name: str) -> SafeString:
    """A verdict as a badge. Raises KeyError for a word that is no verdict."""
    shape, word = VERDICTS[name]
    return format_html(
        '<span class="ui-verdict ui-verdict-{}"><span aria-hidden="true">{}</span> {}</span>',
        _LOOKS.get(name, name), shape, word,
    )  # fmt: skip


def made_up(*, partly: bool = False) -> SafeString:
    """Beside a made-up thing; `partly`: beside a sum or a list that real things stand in too."""
    return mark("made-up", _("Partly made-up data") if partly else _("Made-up data"))


def unverified() -> SafeString:
    return mark("unverified", _("Unverified"))


def mark(look: str, word: object) -> SafeString:
    """A badge of one of our looks: made-up, unverified, good, bad, waiting, plain."""
    return format_html('<span class="ui-mark ui-mark-{}">{}</span>', look, word)
