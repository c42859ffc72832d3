"""What templates of every room use: icons, badges, bars, the map, the title once more."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django import template
from django.conf import settings
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from huanxin.foundation.lib import reader
from huanxin.foundation.lib.money import written

from .. import badges, maps, navigation, places

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.template import Context

register = template.Library()

_OPENING = re.compile(r"<svg\b.*?>", re.DOTALL)
LARGE_TEXT = "huanxin_large_text"


@register.simple_tag
def icon(name: str) -> SafeString:
    """A Tabler icon drawn in place, as decoration beside words; nothing where `make vendor` has not run."""
    return _icon(name)


@lru_cache(maxsize=256)
def _icon(name: str) -> SafeString:
    path = settings.VENDOR / "icons" / f"{name}.svg"
    if not path.is_file():
        return SafeString("")
    opening = (
        '<svg class="icon" aria-hidden="true" focusable="false" width="24" height="24" viewBox="0 0 24 24" '
        'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">'
    )
    # The drawings are Tabler's own files, copied by `make vendor`.
    return mark_safe(_OPENING.sub(opening, path.read_text(encoding="utf-8"), count=1))


@register.simple_tag(takes_context=True)
def title_again(context: Context) -> SafeString:
    """The page's `title` block once more, for its heading: Django puts a block out only once."""
    blocks: Any = context.render_context.get(BLOCK_CONTEXT_KEY)
    block = blocks.get_block("title") if blocks is not None else None
    return block.nodelist.render(context) if block is not None else SafeString("")


@register.simple_tag(takes_context=True)
def has_large_text(context: Context) -> bool:
    """Whether this reader asked for large text."""
    request = context.get("request")
    return bool(request and request.COOKIES.get(LARGE_TEXT))


@register.simple_tag(takes_context=True)
def room_links(context: Context) -> navigation.Links:
    """The main pages, with the one that is open marked."""
    request = context.get("request")
    return navigation.links(request.path if request else "/", getattr(request, "user", None))


@register.filter
def said(named: Any) -> str:
    """What has a name in every language, in the reader's: a place, a text of a pack."""
    return reader.said(named)


@register.filter
def yuan(amount: Decimal | str | None) -> str:
    """An amount of money as it stands on every page; a dash where there is none."""
    return "–" if amount is None or amount == "" else written(Decimal(amount))


@register.simple_tag
def verdict_badge(verdict: str) -> SafeString:
    """A verdict as a word with a shape; colour comes last."""
    return badges.verdict(verdict)


@register.simple_tag
def made_up_badge(partly: bool = False) -> SafeString:
    """Beside everything that is not real."""
    return badges.made_up(partly=partly)


@register.simple_tag
def unverified_badge() -> SafeString:
    """Beside everything that rests on a figure nobody has verified."""
    return badges.unverified()


@register.inclusion_tag("ui/parts/bars.html")
def bars(lines: Sequence[Sequence[Any]], label: str) -> dict[str, Any]:
    """Amounts as bars below each other, with their figures: `(name, amount)` or `(name, amount, address)`."""
    most = max((line[1] for line in lines), default=0) or 1
    return {
        "label": label,
        "lines": [
            (line[0], line[1], 100 * line[1] / most, line[2] if len(line) > 2 else "") for line in lines
        ],
    }


@register.inclusion_tag("ui/parts/stack.html")
def stack(cells: Sequence[Any], label: str) -> dict[str, Any]:
    """Verdicts of one place, kind or age as one bar; each cell has `verdict`, `word` and `tally.n`."""
    counted = [(c.verdict, c.word, c.tally.n) for c in cells if c.tally and c.tally.n]
    total = sum(n for *_rest, n in counted) or 1
    parts, at = [], 0.0
    for verdict, word, n in counted:
        width = float(100 * n / total)
        parts.append((verdict, word, n, round(at, 2), round(width, 2)))
        at += width
    return {"label": label, "parts": parts}


@register.inclusion_tag("ui/parts/key.html")
def stack_key(shown: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Which colour of a stack is which verdict: `(verdict, word)`."""
    return {"shown": shown}


@register.inclusion_tag("ui/parts/chart.html")
def chart(lines: Sequence[Any], label: str, id: str) -> dict[str, Any]:
    """Amounts as stacked columns, drawn by ECharts when they come into view. The table stands beside it.

    Each line has `name` and `cells`, as for `stack`; all lines have their cells in one order. `id` is the
    chart's own in its page. Without JavaScript nothing shows, and the table says it all.
    """
    first = lines[0].cells if lines else ()
    series = [
        {
            "look": cell.verdict,
            "word": str(cell.word),
            "values": [line.cells[n].tally.n if line.cells[n].tally else 0 for line in lines],
        }
        for n, cell in enumerate(first)
    ]
    return {"label": label, "id": id, "told": {"names": [str(line.name) for line in lines], "series": series}}


@register.inclusion_tag("ui/parts/map.html")
def leagues_map(outlines: Any, lines: Sequence[Any], link: str = "?place=", part: str = "") -> dict[str, Any]:
    """The leagues coloured by how much there is; each line has `key` (league's code), `name` and `n`.

    A league leads to `link`, its code and `part`, such as `#list`.
    """
    some = {line.key[:4]: (line.name, line.n) for line in lines}
    return {"map": maps.coloured(outlines, some, link, part, places.names() if outlines else None)}


@register.simple_tag
def on_page(query: str, **changed: object) -> SafeString:
    """An address within this page: the filters kept, some changed."""
    kept = f"{query}&" if query else ""
    return format_html("?{}{}", kept, "&".join(f"{k}={v}" for k, v in changed.items()))
