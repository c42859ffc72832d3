// The till: scanning with the camera where the browser can, and a queue for when there is no network.
// Each sale is kept with a key of its own: sent twice, it is one sale.
const form = document.querySelector("[data-tradein-till]");
if (form) { scanning(form); queueing(form); }

// crypto.randomUUID is there over https only; this everywhere.
function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((n) => n.toString(16).padStart(2, "0")).join("");
}

function scanning(form) {
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices) return;
  const video = form.querySelector("[data-video]");
  let stream = null;
  const stop = () => {
    for (const track of stream ? stream.getTracks() : []) track.stop();
    stream = null;
    video.hidden = true;
  };
  for (const button of form.querySelectorAll("[data-scan]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      if (stream) { stop(); return; }
      try {
        stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      } catch { button.hidden = true; return; }
      video.srcObject = stream;
      video.hidden = false;
      await video.play();
      const detector = new BarcodeDetector();
      const field = form.elements[button.dataset.scan];
      const look = async () => {
        if (!stream) return;
        const found = await detector.detect(video).catch(() => []);
        if (found.length) {
          field.value = found[0].rawValue;
          stop();
          const next = [...form.querySelectorAll("input.form-control")].find((input) => !input.value);
          if (next) next.focus();
        } else setTimeout(look, 120);
      };
      look();
    });
  }
}

function queueing(form) {
  const place = `huanxin-till-${form.dataset.shop}`;
  const panel = document.querySelector("[data-kept]");
  const list = panel.querySelector("[data-kept-list]");
  const word = (name) => panel.querySelector(`template[data-${name}-words]`).content.textContent;
  const read = () => { try { return JSON.parse(localStorage.getItem(place)) || []; } catch { return []; } };
  const write = (posts) => { localStorage.setItem(place, JSON.stringify(posts)); show(posts); };
  const unknown = form.querySelector("[data-not-worked-out]");
  let sending = false;

  function arrange() {
    const isOffline = !navigator.onLine;
    form.querySelector("[data-no-network]").hidden = !isOffline;
    form.querySelector("[data-keep]").hidden = !isOffline;
    form.querySelector("[data-quote]").classList.toggle("btn-primary", !isOffline && !form.querySelector("[data-redeem]"));
    if (form.querySelector("[data-redeem]")) form.querySelector("[data-redeem]").hidden = isOffline;
    if (!isOffline) unknown.hidden = true;
  }

  function show(posts) {
    panel.hidden = posts.length === 0;
    const nWaiting = posts.filter((post) => !post.why).length;
    panel.querySelector("[data-n-kept]").textContent = nWaiting;
    panel.querySelector("[data-to-send]").hidden = nWaiting === 0;
    panel.querySelector("[data-to-see]").hidden = nWaiting === posts.length;
    list.replaceChildren(...posts.map((post) => {
      const line = document.createElement("li");
      const what = document.createElement("span");
      what.textContent = `${post.product_code} · ${post.serial_no} · ${post.price}`;
      const state = document.createElement("span");
      state.className = post.why ? "tradein-refused" : "ui-mark ui-mark-waiting";
      state.textContent = post.why || word("waiting");
      line.append(what, state);
      if (post.why) {
        const gone = document.createElement("button");
        gone.type = "button";
        gone.className = "btn btn-sm";
        gone.textContent = word("seen");
        gone.addEventListener("click", () => write(read().filter((kept) => kept.key !== post.key)));
        line.append(gone);
      }
      return line;
    }));
  }

  async function send() {
    const waiting = read().filter((post) => !post.why);
    if (sending || waiting.length === 0 || !navigator.onLine) return;
    sending = true;
    try {
      const answer = await fetch(form.dataset.tradeinTill, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
        body: JSON.stringify({ batch: newKey(), posts: waiting.slice(0, 100) }),
      });
      if (!answer.ok) return;
      const said = new Map((await answer.json()).answers.map((one) => [one.key, one]));
      // What is sold is known to the office; what is refused stays here with its reason until somebody saw it.
      write(read().filter((post) => said.get(post.key)?.outcome !== "sold")
        .map((post) => ({ ...post, why: said.get(post.key)?.why || post.why })));
    } catch { /* Still no network: they stay, and are sent again. */ } finally { sending = false; }
  }

  form.addEventListener("submit", (event) => {
    if (navigator.onLine) return;
    event.preventDefault();
    // Only who presses the button that says so keeps a sale: Enter, and a scanner that ends with it, ask.
    const isSold = ["keep", "redeem"].includes(event.submitter?.value);
    unknown.hidden = isSold;
    if (!isSold) { unknown.focus(); return; }
    const value = (name) => form.elements[name].value.trim();
    write([...read(), {
      key: value("key"), code: value("code"), product_code: value("product_code"),
      serial_no: value("serial_no"), price: value("price"), sold_at: new Date().toISOString(),
    }]);
    for (const input of form.querySelectorAll("input.form-control")) input.value = "";
    form.elements.key.value = newKey();
    form.elements.code.focus();
  });
  panel.querySelector("[data-send]").addEventListener("click", send);
  for (const change of ["online", "offline"]) window.addEventListener(change, arrange);
  window.addEventListener("online", send);
  setInterval(send, 20000);
  arrange();
  show(read());
  send();
}
