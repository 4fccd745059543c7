/* The upload of one prepared photo, in the page with progress, in the worker without. */

import { ApiError, localError } from "./http.js";
import { api, upload } from "./api.js";
import { blobOf } from "./db.js";

const STALL_MS = 45_000; // without any sign of life for so long the line is dead
const SLOWEST_BYTES_PER_MS = 10; // in the worker, which sees no progress: ten kilobytes a second
const EXTENSIONS = {
  "image/jpeg": "jpg",
  "image/png": "png",
  "image/webp": "webp",
  "image/heic": "heic",
  "image/heif": "heif",
};

/* Upload a photo of the drafts, or any {bytes, type, size}; answers the server's photo with its id.
 * Retries nothing but an expired session; throws ApiError. `onProgress(sentBytes, totalBytes)`. */
export async function uploadPhoto(photo, { onProgress = () => {}, signal } = {}) {
  const blob = blobOf(photo);
  // The phone's own name of the file is nobody's business.
  const name = `photo.${EXTENSIONS[photo.type] ?? "jpg"}`;
  const kept =
    "XMLHttpRequest" in globalThis
      ? await upload(blob, {
          name,
          signal,
          timeout: STALL_MS,
          onProgress: (share) => onProgress(Math.round(share * blob.size), blob.size),
        })
      : await api("/photos", {
          method: "POST",
          form: formOf(blob, name),
          timeout: STALL_MS + blob.size / SLOWEST_BYTES_PER_MS,
          signal,
        });
  if (typeof kept?.id !== "string") throw localError("unreadable"); // some other server answered
  return kept;
}

function formOf(blob, name) {
  const form = new FormData();
  form.append("file", blob, name);
  return form;
}

/* Whether the server certainly did not take what was sent, and never will as it is. */
export function isFinal(error) {
  return error instanceof ApiError && !error.retryable && error.status !== 401;
}
