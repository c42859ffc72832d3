"""What every page is held to in a browser: it fits the screen, everything has a name, a thumb hits it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import Error

if TYPE_CHECKING:
    from playwright.sync_api import Page

# A thumb's target, GB/T 37668-2019 and WCAG 2.5.5; half a pixel is a browser's rounding.
TARGET_PX = 44

_FAULTS = """
(target) => {
  const faults = [];
  const seen = (e) => e.checkVisibility({visibilityProperty: true}) && e.getClientRects().length > 0
    && !e.closest(".visually-hidden, [aria-hidden=true]");
  const called = (e) => {
    const by = (e.getAttribute("aria-labelledby") || "").split(" ").filter(Boolean);
    const said = by.map((id) => document.getElementById(id)?.textContent || "").join("");
    const labels = [...(e.labels || [])].map((l) => l.textContent).join("");
    const own = e.matches("input[type=submit], input[type=button]") ? e.value : e.matches("button, a, summary") ? e.textContent : "";
    const pictures = [...e.querySelectorAll("img")].map((i) => i.alt).join("");
    return (e.getAttribute("aria-label") || said || labels || own.trim() || pictures || e.title || "").trim();
  };
  const what = (e) => `<${e.tagName.toLowerCase()}${e.id ? ` id=${e.id}` : ""}${e.name ? ` name=${e.name}` : ""}`
    + ` class="${e.className}"> “${(e.textContent || "").trim().slice(0, 30)}”`;
  const wide = document.documentElement.scrollWidth - innerWidth;
  if (wide > 0) {
    faults.push(`${wide} px wider than the screen`);
    for (const e of document.querySelectorAll("main *"))
      if (e.getBoundingClientRect().right > innerWidth + 1 && faults.length < 5) faults.push(`  sticks out: ${what(e)}`);
  }
  if (!document.documentElement.lang) faults.push("the page has no language");
  const headings = [...document.querySelectorAll("h1")].filter(seen);
  if (headings.length !== 1) faults.push(`${headings.length} headings of the page instead of one`);
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  for (const id of new Set(ids.filter((id, n) => ids.indexOf(id) !== n))) faults.push(`id ${id} stands twice`);
  for (const e of document.querySelectorAll("input:not([type=hidden]), select, textarea, button, a[href], summary"))
    if (seen(e) && !called(e)) faults.push(`without a name: ${what(e)}`);
  for (const e of document.querySelectorAll("img"))
    if (!e.hasAttribute("alt")) faults.push(`a picture without words: ${e.src}`);
  for (const e of document.querySelectorAll("fieldset"))
    if (!e.querySelector("legend") && !e.getAttribute("aria-labelledby") && !e.getAttribute("aria-label"))
      faults.push(`a group without a name: ${what(e)}`);
  for (const e of document.querySelectorAll("[aria-describedby], [aria-labelledby]"))
    for (const id of ((e.getAttribute("aria-describedby") || "") + " " + (e.getAttribute("aria-labelledby") || "")).split(" ").filter(Boolean))
      if (!document.getElementById(id)) faults.push(`${what(e)} points to ${id}, which is not there`);
  if (target) {
    // A link within a line of text is as high as the line; everything else is hit by a thumb.
    for (const e of document.querySelectorAll("button, .btn, select, textarea, summary, input:not([type=hidden]), nav a[href]")) {
      if (!seen(e)) continue;
      const box = (e.matches("input[type=radio], input[type=checkbox]") && e.closest("label, .form-check") || e).getBoundingClientRect();
      if (box.height < target - .5 || box.width < target - .5)
        faults.push(`${Math.round(box.width)} × ${Math.round(box.height)} px: ${what(e)}`);
    }
  }
  return faults;
}
"""


def look_at(page: Page, *, is_citizens: bool = False) -> None:
    """Fails where the page is wider than its screen, or something on it has no name.

    On a citizen's page everything that is pressed must be as large as a thumb besides.
    """
    target = TARGET_PX if is_citizens else 0
    page.wait_for_load_state("load")
    try:
        faults = page.evaluate(_FAULTS, target)
    except Error:
        # A press led on just now: the page before is gone, and the one on its way has no body yet.
        page.wait_for_load_state("load")
        faults = page.evaluate(_FAULTS, target)
    assert not faults, f"{page.url}\n" + "\n".join(faults)
