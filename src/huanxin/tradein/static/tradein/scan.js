// The camera reads codes into the till's fields where the browser can.
const form = document.querySelector("[data-tradein-till]");
if (form) scanning(form);

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
