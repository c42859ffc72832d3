// Reads QR and bar codes from pictures of a camera, where a browser cannot do it by itself (`BarcodeDetector`):
// the same `detect`, so that pages need not know which of the two they have.
import {
  BarcodeFormat,
  BinaryBitmap,
  DecodeHintType,
  HybridBinarizer,
  MultiFormatReader,
  RGBLuminanceSource,
} from "@zxing/library";

// What stands on vouchers, on boxes and beside serial numbers.
const FORMATS = ["QR_CODE", "EAN_13", "EAN_8", "UPC_A", "CODE_128", "CODE_39", "DATA_MATRIX"];
// Larger pictures cost time and show no more of a code that fills a third of them.
const WIDEST = 960;

export class Scanner {
  constructor() {
    this.reader = new MultiFormatReader();
    this.reader.setHints(new Map([
      [DecodeHintType.POSSIBLE_FORMATS, FORMATS.map((name) => BarcodeFormat[name])],
      [DecodeHintType.TRY_HARDER, true],
    ]));
    this.canvas = document.createElement("canvas");
  }

  async detect(video) {
    const scale = Math.min(1, WIDEST / video.videoWidth);
    const width = Math.round(video.videoWidth * scale);
    const height = Math.round(video.videoHeight * scale);
    if (!width || !height) return [];
    Object.assign(this.canvas, { width, height });
    const paper = this.canvas.getContext("2d", { willReadFrequently: true });
    paper.drawImage(video, 0, 0, width, height);
    const { data } = paper.getImageData(0, 0, width, height);
    const grey = new Uint8ClampedArray(width * height);
    for (let at = 0, dot = 0; at < grey.length; at += 1, dot += 4) {
      grey[at] = (data[dot] * 306 + data[dot + 1] * 601 + data[dot + 2] * 117) >> 10;
    }
    try {
      const picture = new BinaryBitmap(new HybridBinarizer(new RGBLuminanceSource(grey, width, height)));
      return [{ rawValue: this.reader.decodeWithState(picture).getText() }];
    } catch {
      return [];
    } finally {
      this.reader.reset();
    }
  }
}
