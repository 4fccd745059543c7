/* A chosen file becomes a photo that is small enough for a bad line: at most 2560 pixels, JPEG.
 *
 * By the browser's own decoder and a canvas; what it cannot decode (HEIC on Android) goes as it is,
 * for the server can. Nothing leaves the phone here. */

import { exifOf, pointOf, upright, withExif } from "./exif.js";

export const MAX_BYTES = 10 * 1024 * 1024;
const LONGEST_SIDE = 2560;
const QUALITY = 0.82;
const THUMB_SIDE = 320;
const THUMB_QUALITY = 0.7;
const LIGHT_BYTES = 900 * 1024; // a JPEG this light and not too wide is sent untouched
const HEAD_BYTES = 256 * 1024;
const DECODE_MS = 20_000;

const WORDS = {
  photo_empty: "这是空文件，请重新选择照片",
  photo_too_large: "这张照片超过 10 MB，手机又没法把它变小。请直接用相机再拍一张，或换一张小一点的",
  photo_type_unsupported: "这不是照片，或格式不支持（可用 JPG、PNG、WebP、HEIC）",
  photo_broken: "这张照片打不开，可能已经损坏，请重新选择或重新拍摄",
  photo_unreadable: "手机没能读出这张照片，请重新选择",
};

export class PhotoError extends Error {
  constructor(code) {
    super(WORDS[code]);
    this.name = "PhotoError";
    this.code = code;
  }
}

/* File -> {bytes, type, width, height, size, thumb, name, point}; throws PhotoError. */
export async function preparePhoto(file) {
  if (file.size === 0) throw new PhotoError("photo_empty");
  const head = await read(file.slice(0, HEAD_BYTES));
  const type = typeOf(new Uint8Array(head, 0, Math.min(64, head.byteLength)));
  const picture = await decode(file);
  if (!picture) return untouched(file, type);
  try {
    return await smaller(file, type, head, picture);
  } finally {
    picture.close();
  }
}

async function read(blob) {
  try {
    return await blob.arrayBuffer();
  } catch {
    // Android takes the permission away when the gallery has moved the file.
    throw new PhotoError("photo_unreadable");
  }
}

/* The type by the first bytes; "" for one that the server does not take. */
export function typeOf(head) {
  const text = String.fromCharCode(...head.subarray(0, 16));
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return "image/jpeg";
  if (text.startsWith("\x89PNG\r\n\x1a\n")) return "image/png";
  if (text.startsWith("RIFF") && text.slice(8, 12) === "WEBP") return "image/webp";
  if (text.slice(4, 8) !== "ftyp") return "";
  const brand = text.slice(8, 12);
  if (["heic", "heix", "heim", "heis", "hevc", "hevx"].includes(brand)) return "image/heic";
  return brand === "mif1" || brand === "msf1" ? "image/heif" : "";
}

/* Not decodable here: only HEIC is better understood by the server. */
async function untouched(file, type) {
  if (!type) throw new PhotoError("photo_type_unsupported");
  if (!/hei[cf]$/.test(type)) throw new PhotoError("photo_broken");
  if (file.size > MAX_BYTES) throw new PhotoError("photo_too_large");
  const bytes = await read(file);
  return { bytes, type, width: 0, height: 0, size: bytes.byteLength, thumb: null, name: file.name || "", point: null };
}

async function smaller(file, type, head, picture) {
  const { width, height } = picture;
  const notes = type === "image/jpeg" ? exifOf(head) : null;
  const scale = Math.min(1, LONGEST_SIDE / Math.max(width, height));
  const rest = { name: file.name || "", point: notes ? pointOf(notes) : null, thumb: await thumbOf(picture) };
  if (type === "image/jpeg" && scale === 1 && file.size <= LIGHT_BYTES) {
    const bytes = await read(file);
    return { ...rest, bytes, type, width, height, size: bytes.byteLength };
  }
  const size = { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
  const drawn = await draw(picture, size, QUALITY);
  const carried = notes && upright(notes);
  const bytes = carried ? withExif(drawn, carried) : drawn;
  if (type && bytes.byteLength >= file.size && file.size <= MAX_BYTES) {
    const original = await read(file);
    return { ...rest, bytes: original, type, width, height, size: original.byteLength };
  }
  if (bytes.byteLength > MAX_BYTES) throw new PhotoError("photo_too_large");
  return { ...rest, bytes, type: "image/jpeg", ...size, size: bytes.byteLength };
}

function thumbOf(picture) {
  const scale = Math.min(1, THUMB_SIDE / Math.min(picture.width, picture.height));
  const width = Math.max(1, Math.round(picture.width * scale));
  const height = Math.max(1, Math.round(picture.height * scale));
  return draw(picture, { width, height }, THUMB_QUALITY);
}

/* Draw upright on white at a size; return the bytes of a JPEG. */
async function draw(picture, { width, height }, quality) {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d", { alpha: false });
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  context.drawImage(picture.image, 0, 0, width, height);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
  // iOS counts the memory of canvases until they are collected: give it back now.
  Object.assign(canvas, { width: 0, height: 0 });
  if (!blob) throw new PhotoError("photo_unreadable");
  return blob.arrayBuffer();
}

/* Return {image, width, height, close} upright, or null when this browser cannot decode the file. */
async function decode(file) {
  const bitmap = await byBitmap(file);
  if (bitmap) return bitmap;
  return byElement(file);
}

async function byBitmap(file) {
  if (!("createImageBitmap" in globalThis)) return null;
  try {
    const image = await createImageBitmap(file, { imageOrientation: "from-image" });
    return { image, width: image.width, height: image.height, close: () => image.close() };
  } catch {
    return null; // Safari before 15 knows no options; a broken file fails below as well
  }
}

function byElement(file) {
  const url = URL.createObjectURL(file);
  const image = new Image();
  return new Promise((resolve) => {
    const clock = setTimeout(() => image.onerror(), DECODE_MS);
    const end = (found) => {
      clearTimeout(clock);
      if (!found) URL.revokeObjectURL(url);
      resolve(found);
    };
    image.onerror = () => end(null);
    image.onload = () =>
      end({
        image,
        width: image.naturalWidth,
        height: image.naturalHeight,
        close: () => URL.revokeObjectURL(url),
      });
    image.src = url;
  });
}
