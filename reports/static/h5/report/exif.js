/* The little of JPEG and EXIF that is needed: where a picture was taken, and its notes carried over.
 *
 * A canvas forgets the notes of a photo (when and where). The office judges by them, so they are put
 * back into the smaller picture, turned upright as the canvas has turned it. */

const SOI = 0xffd8;
const APP1 = 0xffe1;
const SOS = 0xffda;
const EXIF = "Exif\0\0";
const ORIENTATION = 0x0112;
const GPS_IFD = 0x8825;
const SHORT = 3;

/* Return the APP1 segment with EXIF of a JPEG as its own bytes, or null. `head` may be cut short. */
export function exifOf(head) {
  const bytes = new Uint8Array(head);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4 || view.getUint16(0) !== SOI) return null;
  let at = 2;
  while (at + 4 <= bytes.length) {
    const marker = view.getUint16(at);
    if (marker === SOS || marker >> 8 !== 0xff) return null;
    const size = view.getUint16(at + 2);
    const end = at + 2 + size;
    if (marker === APP1 && textAt(bytes, at + 4, EXIF.length) === EXIF) {
      return end <= bytes.length ? bytes.slice(at, end) : null;
    }
    at = end;
  }
  return null;
}

function textAt(bytes, at, length) {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}

/* A reader of the TIFF part of a segment; every offset that leads outside ends in null. */
function tiffOf(segment) {
  const start = 4 + EXIF.length;
  const view = new DataView(segment.buffer, segment.byteOffset + start, segment.byteLength - start);
  const little = view.getUint16(0) === 0x4949;
  const short = (at) => view.getUint16(at, little);
  const long = (at) => view.getUint32(at, little);
  /* Call `visit(tag, type, count, at)` for each entry of a directory. */
  const entries = (at, visit) => {
    const count = short(at);
    for (let index = 0; index < count; index += 1) {
      const entry = at + 2 + index * 12;
      visit(short(entry), short(entry + 2), long(entry + 4), entry + 8);
    }
  };
  return { view, little, short, long, entries, first: long(4) };
}

/* Say "upright" in a copy of a segment. */
export function upright(segment) {
  const copy = segment.slice();
  try {
    const tiff = tiffOf(copy);
    tiff.entries(tiff.first, (tag, type, _count, at) => {
      if (tag === ORIENTATION && type === SHORT) tiff.view.setUint16(at, 1, tiff.little);
    });
    return copy;
  } catch {
    return null; // notes that cannot be read are not carried over
  }
}

/* Return `{lat, lng}` in degrees (WGS-84) of a segment, or null. */
export function pointOf(segment) {
  try {
    const tiff = tiffOf(segment);
    let gps = 0;
    tiff.entries(tiff.first, (tag, _type, _count, at) => {
      if (tag === GPS_IFD) gps = tiff.long(at);
    });
    if (!gps) return null;
    const found = {};
    tiff.entries(gps, (tag, _type, _count, at) => {
      if (tag === 1 || tag === 3) found[tag] = String.fromCharCode(tiff.view.getUint8(at));
      if (tag === 2 || tag === 4) found[tag] = degrees(tiff, tiff.long(at));
    });
    const lat = found[1] === "S" ? -found[2] : found[2];
    const lng = found[3] === "W" ? -found[4] : found[4];
    const sane = Math.abs(lat) <= 90 && Math.abs(lng) <= 180 && (lat !== 0 || lng !== 0);
    return sane ? { lat, lng } : null;
  } catch {
    return null;
  }
}

function degrees(tiff, at) {
  const part = (index) => tiff.long(at + index * 8) / tiff.long(at + index * 8 + 4);
  return part(0) + part(1) / 60 + part(2) / 3600;
}

/* Return the bytes of a JPEG with the segment put behind its first marker. */
export function withExif(jpeg, segment) {
  const bytes = new Uint8Array(jpeg);
  const joined = new Uint8Array(bytes.length + segment.length);
  joined.set(bytes.subarray(0, 2), 0);
  joined.set(segment, 2);
  joined.set(bytes.subarray(2), 2 + segment.length);
  return joined.buffer;
}
