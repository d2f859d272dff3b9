// Reads the messages of the mirror; ui/stream/format.go describes them.

const VERSION = 1;
const HEADER = 10;
const FACE = 8;
const FRACTION = 65535;

// parse returns {seq, width, height, faces, body} or null for anything that is
// not a whole message. A message of no cells wipes the mirror. Faces are {x0, y0, x1, y1} as fractions of the size;
// body aliases the message.
export function parse(buffer) {
  if (buffer.byteLength < HEADER) return null;
  const view = new DataView(buffer);
  if (view.getUint8(0) !== VERSION) return null;
  const count = view.getUint8(1);
  const width = view.getUint16(6);
  const height = view.getUint16(8);
  const start = HEADER + count * FACE;
  const size = Math.ceil(width / 8) * height;
  if ((size === 0 && width + height + count > 0) || buffer.byteLength !== start + size) return null;
  const faces = [];
  for (let at = HEADER; at < start; at += FACE) {
    faces.push({
      x0: view.getUint16(at) / FRACTION,
      y0: view.getUint16(at + 2) / FRACTION,
      x1: view.getUint16(at + 4) / FRACTION,
      y1: view.getUint16(at + 6) / FRACTION,
    });
  }
  return { seq: view.getUint32(2), width, height, faces, body: new Uint8Array(buffer, start, size) };
}

// newer says whether sequence number a comes after b, numbers wrapping.
export function newer(a, b) {
  const ahead = (a - b) >>> 0;
  return ahead !== 0 && ahead < 0x80000000;
}
