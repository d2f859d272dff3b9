// Draws the mirror: the silhouette into a canvas, the faces into the drawing
// over it. Both are flipped, so that a visitor's left is on the left.

const BODY = [0x8f, 0xbc, 0xe8, 0xff];
const SVG = "http://www.w3.org/2000/svg";

export class Glass {
  #canvas;
  #context;
  #image = null;
  #overlay;
  #faces;
  #boxes = [];

  // canvas takes the silhouette; overlay is an <svg> whose units are cells, and
  // faces a group in it.
  constructor(canvas, overlay, faces) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d");
    this.#overlay = overlay;
    this.#faces = faces;
  }

  draw(frame) {
    const { width, height, body } = frame;
    if (this.#image === null || this.#image.width !== width || this.#image.height !== height) this.#resize(width, height);
    const stride = Math.ceil(width / 8);
    const pixels = new Uint32Array(this.#image.data.buffer);
    const colour = new Uint32Array(new Uint8Array(BODY).buffer)[0];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const on = (body[y * stride + (x >> 3)] >> (7 - (x & 7))) & 1;
        pixels[y * width + width - 1 - x] = on ? colour : 0;
      }
    }
    this.#context.putImageData(this.#image, 0, 0);
    this.#drawFaces(frame);
  }

  clear() {
    this.#context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    this.#faces.replaceChildren();
    this.#boxes = [];
  }

  #resize(width, height) {
    this.#canvas.width = width;
    this.#canvas.height = height;
    this.#image = this.#context.createImageData(width, height);
    this.#overlay.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.#overlay.dispatchEvent(new CustomEvent("resized", { detail: { width, height } }));
  }

  #drawFaces({ width, height, faces }) {
    while (this.#boxes.length > faces.length) this.#boxes.pop().remove();
    while (this.#boxes.length < faces.length) {
      const box = document.createElementNS(SVG, "rect");
      this.#faces.append(box);
      this.#boxes.push(box);
    }
    faces.forEach((face, i) => {
      const box = this.#boxes[i];
      const w = Math.max(0, face.x1 - face.x0) * width;
      const h = Math.max(0, face.y1 - face.y0) * height;
      box.setAttribute("x", (1 - face.x1) * width);
      box.setAttribute("y", face.y0 * height);
      box.setAttribute("width", w);
      box.setAttribute("height", h);
      box.setAttribute("rx", w / 2);
      box.setAttribute("ry", h / 2);
    });
  }
}

// outline places the head outline, its progress ring and the shoulders in an
// image of width x height cells: a head 0.36 of the shorter side wide, where a
// person of middle height who stands at the right distance has it.
export function outline({ head, ring, shoulders }, width, height) {
  const rx = 0.18 * Math.min(width, height);
  const ry = 1.32 * rx;
  const cx = width / 2;
  const cy = 0.42 * height;
  // From the top, clockwise, so that the ring fills as a clock does.
  const oval = `M${cx} ${cy - ry}A${rx} ${ry} 0 0 1 ${cx} ${cy + ry}A${rx} ${ry} 0 0 1 ${cx} ${cy - ry}`;
  head.setAttribute("d", oval);
  ring.setAttribute("d", oval);
  const neck = cy + 1.55 * ry;
  shoulders.setAttribute("d", `M${cx - 2.3 * rx} ${height}C${cx - 2.3 * rx} ${neck} ${cx - 1.5 * rx} ${neck} ${cx} ${neck}S${cx + 2.3 * rx} ${neck} ${cx + 2.3 * rx} ${height}`);
}
