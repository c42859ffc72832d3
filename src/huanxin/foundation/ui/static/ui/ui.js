// Small helps at the keyboard; every page works without them.
document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const box = document.querySelector("[data-ui-slash]");
    if (box) { event.preventDefault(); box.focus(); box.select(); }
  }
  if (event.key === "Escape") {
    for (const menu of document.querySelectorAll("[data-ui-menu][open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  }
});

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("[data-ui-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

// A form that is on its way says so, and is not sent twice.
document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-ui-once]");
  if (!form) return;
  if (form.dataset.uiSent) { event.preventDefault(); return; }
  form.dataset.uiSent = "1";
  form.setAttribute("aria-busy", "true");
  const said = form.querySelector("[data-ui-busy]");
  if (said) said.hidden = false;
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("[data-ui-sent]")) {
    delete form.dataset.uiSent;
    form.removeAttribute("aria-busy");
  }
});

// On a phone the filters fold away, so that the list is seen first.
if (window.matchMedia("(max-width: 47.99rem)").matches) {
  for (const fold of document.querySelectorAll("[data-ui-fold]")) fold.open = false;
}

// A file may be dropped on the field that takes it.
for (const area of document.querySelectorAll("[data-ui-drop]")) {
  const field = area.querySelector("input[type=file]");
  const over = (is) => (event) => { event.preventDefault(); area.classList.toggle("is-over", is); };
  area.addEventListener("dragover", over(true));
  area.addEventListener("dragleave", over(false));
  area.addEventListener("drop", (event) => {
    over(false)(event);
    if (event.dataTransfer.files.length) field.files = event.dataTransfer.files;
  });
}

// What a page keeps in the browser for a time without network is for one login: it goes when that one has
// left, or another one has come.
const shown = document.querySelector("[data-ui-login]");
if (shown && "caches" in window && localStorage.getItem("huanxin-login") !== shown.dataset.uiLogin) {
  localStorage.setItem("huanxin-login", shown.dataset.uiLogin);
  caches.keys().then((names) => { for (const name of names) caches.delete(name); });
}
