// The till's form: the next customer without a new page, and a queue for when there is no network.
// Each sale is kept with a key of its own: sent twice, it is one sale.
const form = document.querySelector("[data-tradein-till]");
if (form) selling(form);

// crypto.randomUUID is there over https only; this everywhere.
function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((n) => n.toString(16).padStart(2, "0")).join("");
}

// A browser says that it is online a moment before anything can be reached.
function whenBack(deed) {
  window.addEventListener("online", () => setTimeout(deed, 1000));
}

function selling(form) {
  // A page that was kept for the time without network says so: it sells nothing by itself.
  const isOffline = () => !navigator.onLine || "tillKept" in form.dataset;
  const unknown = form.querySelector("[data-not-worked-out]");
  const inputs = [...form.querySelectorAll("input.form-control")];
  const queue = queueing(form, isOffline);
  const draft = drafting(form, inputs);

  function arrange() {
    const offline = isOffline(), redeem = form.querySelector("[data-redeem]");
    form.querySelector("[data-no-network]").hidden = !offline;
    form.querySelector("[data-keep]").hidden = !offline;
    form.querySelector("[data-quote]").classList.toggle("btn-primary", !offline && !redeem);
    if (redeem) redeem.hidden = offline;
    if (!offline) unknown.hidden = true;
  }

  // A quote is of what was entered: it goes as soon as that changes.
  function unquote() {
    for (const old of document.querySelectorAll("[data-quoted]")) old.remove();
    const quote = form.querySelector("[data-quote]");
    quote.textContent = quote.dataset.first;
    arrange();
  }

  function nextCustomer() {
    unquote();
    for (const old of document.querySelectorAll("[data-of-this-sale], main > [aria-live]")) old.remove();
    for (const said of form.querySelectorAll(".text-danger")) said.remove();
    for (const input of inputs) input.value = "";
    form.elements.key.value = newKey();
    unknown.hidden = true;
    draft.forget();
    form.elements.code.focus();
  }

  form.addEventListener("submit", (event) => {
    if (!isOffline()) { draft.keep(); return; }
    event.preventDefault();
    // Only who presses the button that says so keeps a sale: Enter, and a scanner that ends with it, ask.
    const isSold = ["keep", "redeem"].includes(event.submitter?.value);
    unknown.hidden = isSold;
    if (!isSold) { unknown.focus(); return; }
    queue.add();
    nextCustomer();
  });
  form.querySelector("[data-next]").addEventListener("click", (event) => {
    event.preventDefault();
    nextCustomer();
  });
  for (const input of inputs) input.addEventListener("input", unquote);
  for (const change of ["online", "offline"]) window.addEventListener(change, arrange);
  if ("tillKept" in form.dataset) returning(form, draft);
  draft.take();
  arrange();
}

// What is being entered, over a page that goes and comes: only in this tab, only for this login.
function drafting(form, inputs) {
  const place = `huanxin-till-draft-${form.dataset.tillOf}`;
  const fields = [...inputs, form.elements.key];
  const forget = () => sessionStorage.removeItem(place);
  const keep = (isBack = false) =>
    sessionStorage.setItem(place, JSON.stringify({ isBack, is: fields.map((field) => field.value) }));
  function take() {
    const kept = JSON.parse(sessionStorage.getItem(place) || "null");
    forget();
    // A page of the office's knows itself what was entered, unless the kept one comes back to it.
    if (!kept || !(kept.isBack || "tillKept" in form.dataset)) return;
    fields.forEach((field, n) => { field.value = kept.is[n]; });
  }
  return { keep, take, forget };
}

// The kept page makes way for the real one as soon as the office answers.
function returning(form, draft) {
  async function look() {
    if (!navigator.onLine) return;
    const answer = await fetch(form.dataset.till, { cache: "no-store" }).catch(() => null);
    if (!answer?.ok) return;
    draft.keep(true);
    location.replace(form.dataset.till);
  }
  whenBack(look);
  setInterval(look, 15000);
}

function queueing(form, isOffline) {
  // A sale belongs to the login that made it: it is sent in no other's name.
  const place = `huanxin-till-${form.dataset.tillOf}-${form.dataset.shop}`;
  const panel = document.querySelector("[data-kept]");
  const list = panel.querySelector("[data-kept-list]");
  const word = (name) => panel.querySelector(`template[data-${name}-words]`).content.textContent;
  const read = (at = place) => { try { return JSON.parse(localStorage.getItem(at)) || []; } catch { return []; } };
  const write = (posts) => { localStorage.setItem(place, JSON.stringify(posts)); show(posts); };
  let sending = false;

  function show(posts) {
    const nWaiting = posts.filter((post) => !post.why).length;
    const nOthers = othersWaiting();
    panel.hidden = posts.length === 0 && nOthers === 0;
    panel.querySelector("[data-n-kept]").textContent = nWaiting;
    panel.querySelector("[data-to-send]").hidden = nWaiting === 0;
    panel.querySelector("[data-to-see]").hidden = nWaiting === posts.length;
    panel.querySelector("[data-of-others]").hidden = nOthers === 0;
    panel.querySelector("[data-n-others]").textContent = nOthers;
    list.replaceChildren(...posts.map(line));
  }

  function line(post) {
    const found = document.createElement("li");
    const what = document.createElement("span");
    what.textContent = `${post.product_code} · ${post.serial_no} · ${post.price}`;
    const state = document.createElement("span");
    state.className = post.why ? "tradein-refused" : "ui-mark ui-mark-waiting";
    state.textContent = post.why || word("waiting");
    found.append(what, state);
    if (post.why) {
      const gone = document.createElement("button");
      gone.type = "button";
      gone.className = "btn btn-sm";
      gone.textContent = word("seen");
      gone.addEventListener("click", () => write(read().filter((kept) => kept.key !== post.key)));
      found.append(gone);
    }
    return found;
  }

  function othersWaiting() {
    const places = Object.keys(localStorage).filter((name) => /^huanxin-till-\d+-/.test(name) && name !== place);
    return places.flatMap(read).filter((post) => !post.why).length;
  }

  async function send() {
    const waiting = read().filter((post) => !post.why);
    if (sending || waiting.length === 0 || isOffline()) return;
    sending = true;
    try {
      const answer = await fetch(form.dataset.tradeinTill, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
        body: JSON.stringify({ batch: newKey(), posts: waiting.slice(0, 100) }),
      });
      if (!answer.ok) return;
      const said = new Map((await answer.json()).answers.map((one) => [one.key, one]));
      // What was answered stands with the office now, and is shown from there; of a key that was used for
      // something else it keeps nothing, so that one stays here with its reason until somebody saw it.
      const isKnown = (post) => said.has(post.key) && said.get(post.key).kind !== "other_post";
      write(read().filter((post) => !isKnown(post))
        .map((post) => ({ ...post, why: said.get(post.key)?.why || post.why })));
      await showLately();
    } catch { /* Still no network: they stay, and are sent again. */ } finally { sending = false; }
  }

  async function showLately() {
    const answer = await fetch(form.dataset.till, { cache: "no-store" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const lately = page.querySelector("[data-till-lately]");
    if (lately) document.querySelector("[data-till-lately]").replaceChildren(...lately.childNodes);
  }

  function add() {
    const value = (name) => form.elements[name].value.trim();
    write([...read(), {
      key: value("key"), code: value("code"), product_code: value("product_code"),
      serial_no: value("serial_no"), price: value("price"), sold_at: new Date().toISOString(),
    }]);
  }

  panel.querySelector("[data-send]").addEventListener("click", send);
  whenBack(send);
  setInterval(send, 20000);
  show(read());
  send();
  return { add };
}
