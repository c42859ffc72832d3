// The camera reads codes into the till's fields: by the browser itself where it can, else by our scanner.
const form = document.querySelector("[data-tradein-till]");
if (form) scanning(form);

function scanning(form) {
  if (!navigator.mediaDevices?.getUserMedia) return;
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
      const detector = await detecting(form.dataset.scanner).catch(() => null);
      try {
        if (detector) stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      } catch { stream = null; }
      // No camera, or it may not be used: the field is there to type into.
      if (!stream) { button.hidden = true; return; }
      video.srcObject = stream;
      video.hidden = false;
      await video.play();
      const field = form.elements[button.dataset.scan];
      const look = async () => {
        if (!stream) return;
        const found = await detector.detect(video).catch(() => []);
        if (found.length) {
          field.value = found[0].rawValue;
          field.dispatchEvent(new Event("input", { bubbles: true }));
          stop();
          const next = [...form.querySelectorAll("input.form-control")].find((input) => !input.value);
          if (next) next.focus();
        } else setTimeout(look, 120);
      };
      look();
    });
  }
}

async function detecting(scanner) {
  const native = "BarcodeDetector" in window ? await BarcodeDetector.getSupportedFormats() : [];
  if (native.includes("qr_code")) return new BarcodeDetector();
  const { Scanner } = await import(scanner);
  return new Scanner();
}
