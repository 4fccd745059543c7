/* Sends what is queued: photos one by one, then the report. Each step is written down before the next begins, so an
 * app that is closed anywhere leaves a draft that the next start finishes: a photo that arrived without its answer is
 * known by its bytes, a report by its client_id. */

const api = require("./api");
const drafts = require("./drafts");
const { ApiError, localError } = require("./errors");
const timing = require("./timing");

const FIRST_PAUSE_MS = 3000;
const LONGEST_PAUSE_MS = 300000;
const SHORTEST_PAUSE_MS = 1000;
const LOST_PHOTO_TRIES = 2;

let running = null;
let again = null;
let clock = 0;

/** Send what is due; with `force` also what waits for its next try. Settles when there is nothing left to do. */
function wake({ force = false } = {}) {
  if (running) {
    // Who comes while the sender is at work gets a turn of his own: a draft queued in between is seen.
    again = again || running.then(() => run(force));
    return again;
  }
  return run(force);
}

function run(force) {
  again = null;
  running = drain(force)
    .catch(() => {})
    .then(() => {
      running = null;
      plan();
    });
  return running;
}

/** Put a finished draft into the queue and start. */
function queue(clientId) {
  drafts.change(clientId, (draft) => {
    draft.photos.forEach((photo) => Object.assign(photo, { error: null }));
    Object.assign(draft, { state: "queued", queued_at: Date.now(), attempts: 0, next_at: 0, error: null });
  });
  return wake();
}

/** Take a draft out of the queue to change it; false when it may have arrived already. */
function unqueue(clientId) {
  const draft = drafts.change(clientId, (row) => {
    if (row.state === "queued" && !row.body) {
      row.state = "editing";
    }
  });
  return Boolean(draft && draft.state === "editing");
}

function plan() {
  clearTimeout(clock);
  const due = drafts.list().filter((draft) => draft.state === "queued").map((draft) => draft.next_at);
  if (due.length > 0) {
    clock = setTimeout(wake, Math.max(SHORTEST_PAUSE_MS, Math.min(...due) - Date.now()));
  }
}

async function drain(force) {
  const tried = [];
  for (;;) {
    const now = Date.now();
    const due = drafts.list().filter((draft) => draft.state === "queued" && !tried.includes(draft.client_id) && (force || draft.next_at <= now));
    const draft = due.sort((a, b) => a.queued_at - b.queued_at)[0];
    if (!draft) {
      return;
    }
    tried.push(draft.client_id);
    if (!(await sendDraft(draft.client_id))) {
      return; // the line is dead for the others too
    }
  }
}

// Thrown when the person took the draft back while it was on its way.
class TakenBack extends Error {}

async function sendDraft(clientId) {
  for (let lost = 0; ; lost += 1) {
    try {
      await sendPhotos(clientId);
      drafts.finish(clientId, await postReport(clientId));
      return true;
    } catch (error) {
      if (error instanceof TakenBack) {
        return true;
      }
      if (!(error instanceof ApiError)) {
        throw error;
      }
      if (lost < LOST_PHOTO_TRIES && forgetLostPhotos(clientId, error)) {
        continue;
      }
      settle(clientId, error);
      return error.status !== 0;
    }
  }
}

function stillQueued(clientId) {
  const draft = drafts.read(clientId);
  if (!draft || draft.state !== "queued") {
    throw new TakenBack();
  }
  return draft;
}

async function sendPhotos(clientId) {
  const { photos } = stillQueued(clientId);
  for (let at = 0; at < photos.length; at += 1) {
    stillQueued(clientId);
    tellProgress(clientId, at, photos.length, 0);
    if (!photos[at].server_id) {
      await sendPhoto(clientId, photos[at], (share) => tellProgress(clientId, at, photos.length, share));
    }
  }
  tellProgress(clientId, photos.length, photos.length, 0);
}

async function sendPhoto(clientId, photo, onProgress) {
  try {
    const kept = await api.uploadPhoto(photo.path, { onProgress });
    drafts.changePhoto(clientId, photo.id, { server_id: kept.id, error: null });
    drafts.change(clientId, (row) => Object.assign(row, { attempts: 0 }));
  } catch (error) {
    if (error.final) {
      drafts.changePhoto(clientId, photo.id, { error: { code: error.code, message: error.message } });
    }
    throw error;
  }
}

// The body is written down first: as long as its answer is unknown, the same body is sent again.
async function postReport(clientId) {
  const draft = stillQueued(clientId);
  const body = draft.body || bodyOf(draft);
  drafts.change(clientId, (row) => Object.assign(row, { body }));
  const answer = await api.sendReport(body);
  if (answer.client_id && answer.client_id !== clientId) {
    throw localError("unreadable");
  }
  return answer;
}

/** Return the body of `POST /reports` for a draft whose photos are at the server. */
function bodyOf(draft) {
  const body = {
    client_id: draft.client_id,
    kind: draft.kind,
    text: draft.text.trim(),
    category: draft.category,
    photos: draft.photos.map((photo) => photo.server_id),
    anonymous: draft.anonymous,
    contact_phone: draft.anonymous ? "" : draft.contact_phone,
    join: draft.join,
    urgent: draft.urgent,
    consents: consentsOf(draft),
  };
  if (draft.location) {
    Object.assign(body, { location: draft.location });
  }
  if (draft.repeat_ok) {
    Object.assign(body, { repeat_ok: true });
  }
  return body;
}

// What the person gave on this very form, with the notice beside the field.
function consentsOf(draft) {
  const given = [];
  if (draft.location && draft.location.source !== "text") {
    given.push("location");
  }
  if (draft.photos.length > 0) {
    given.push("photo");
  }
  if (draft.contact_phone && !draft.anonymous) {
    given.push("phone");
  }
  return given;
}

// A photo that waited too long at the server was swept there: it is sent again from the phone.
function forgetLostPhotos(clientId, error) {
  const lost = error.errors.filter((one) => one.code === "photo_not_found");
  if (error.status !== 400 || lost.length === 0) {
    return false;
  }
  drafts.change(clientId, (draft) => {
    draft.body = null;
    for (const { field } of lost) {
      const found = /^photos\[(\d+)\]$/.exec(field);
      const photo = found && draft.photos[Number(found[1])];
      if (photo) {
        photo.server_id = null;
      }
    }
  });
  return true;
}

// A certain no goes back to the person; all else is tried again later.
function settle(clientId, error) {
  const { status, code, message, errors, details } = error;
  drafts.change(clientId, (draft) => {
    draft.error = { status, code, message, errors, details };
    if (error.final) {
      Object.assign(draft, { state: "blocked", body: null, attempts: 0, next_at: 0 });
      return;
    }
    draft.attempts += 1;
    draft.next_at = Date.now() + (error.retryAfter * 1000 || pauseAfter(draft.attempts));
  });
}

function pauseAfter(attempts) {
  return timing.spread(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempts - 1)));
}

function tellProgress(clientId, done, total, share) {
  drafts.announce({ type: "progress", client_id: clientId, done, total, share });
}

module.exports = { bodyOf, queue, unqueue, wake };
