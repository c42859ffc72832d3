// Deeds by a key: what needs a reason opens its field, everything else is pressed.
document.addEventListener("keydown", (event) => {
  if (event.target.closest("input, textarea, select, [contenteditable]")) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.target.form?.requestSubmit();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const pressed = document.querySelector(`[data-claims-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (!pressed) return;
  event.preventDefault();
  const fold = pressed.closest("details");
  if (!fold) { pressed.form.requestSubmit(pressed); return; }
  fold.open = true;
  fold.querySelector("textarea").focus();
});
