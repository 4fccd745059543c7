/* What is written and not sent yet: in WeChat's storage at once, photos as files that outlive the app.
 *
 * state: editing → queued → sent, or blocked when the server said a certain no. While `body` stands it was posted
 * and has no answer yet: the very same body is sent again, so its words are fixed. */

const { uuid } = require("./ids");

const PREFIX = "draft:";
const SENT_KEPT_MS = 7 * 24 * 3600 * 1000;
const watchers = [];

/** The client_id is fixed here, before the first sending: whatever happens on the way, the server knows one report. */
function newDraft({ kind = "problem", join = "", grid = "" } = {}) {
  const now = Date.now();
  return {
    client_id: uuid(),
    kind,
    text: "",
    category: "",
    anonymous: false,
    urgent: false,
    contact_phone: "",
    join,
    grid,
    repeat_ok: false,
    location: null,
    photos: [],
    state: "editing",
    created_at: now,
    updated_at: now,
    queued_at: 0,
    attempts: 0,
    next_at: 0,
    body: null,
    error: null,
    number: "",
    unlinked: false,
    safety_prompt: "",
  };
}

/** Tell `listener` of every change: `{type: "draft" | "sent" | "progress", client_id, …}`; returns how to stop. */
function watch(listener) {
  watchers.push(listener);
  return () => watchers.splice(watchers.indexOf(listener), 1);
}

function announce(event) {
  watchers.slice().forEach((listener) => listener(event));
}

function read(clientId) {
  return wx.getStorageSync(PREFIX + clientId) || null;
}

/** Write a draft down; throws when the phone's storage is full. */
function save(draft) {
  draft.updated_at = Date.now();
  wx.setStorageSync(PREFIX + draft.client_id, draft);
  announce({ type: "draft", client_id: draft.client_id });
  return draft;
}

/** Read, change, write; returns the draft, or null when it is gone. */
function change(clientId, how) {
  const draft = read(clientId);
  if (!draft) {
    return null;
  }
  how(draft);
  return save(draft);
}

/** All drafts, the newest first. */
function list() {
  const keys = wx.getStorageInfoSync().keys.filter((key) => key.startsWith(PREFIX));
  return keys.map((key) => wx.getStorageSync(key)).filter(Boolean).sort((a, b) => b.updated_at - a.updated_at);
}

/** Those that are not at the server yet. */
function unsent() {
  return list().filter((draft) => draft.state !== "sent");
}

function remove(clientId) {
  const draft = read(clientId);
  if (draft) {
    draft.photos.forEach(forgetFile);
    wx.removeStorageSync(PREFIX + clientId);
    announce({ type: "draft", client_id: clientId });
  }
}

// What wx.chooseMedia hands over is gone when the app is closed; a saved file stays until it is removed.
function saveFile(tempFilePath) {
  return new Promise((resolve) => {
    wx.getFileSystemManager().saveFile({
      tempFilePath,
      success: ({ savedFilePath }) => resolve({ path: savedFilePath, kept: true }),
      // The place for files is full: it can still be sent, as long as the app stays open.
      fail: () => resolve({ path: tempFilePath, kept: false }),
    });
  });
}

function forgetFile(photo) {
  if (photo.kept && photo.path) {
    wx.getFileSystemManager().removeSavedFile({ filePath: photo.path, fail() {} });
  }
}

/** Add a photo; returns `{id, path, kept, server_id, error}`. `kept` is false where it will not outlive the app. */
async function addPhoto(clientId, tempFilePath) {
  const photo = { id: uuid(), ...(await saveFile(tempFilePath)), server_id: null, error: null };
  const draft = change(clientId, (row) => row.photos.push(photo));
  if (!draft) {
    forgetFile(photo);
  }
  return photo;
}

function changePhoto(clientId, photoId, fields) {
  return change(clientId, (draft) => draft.photos.filter((photo) => photo.id === photoId).forEach((photo) => Object.assign(photo, fields)));
}

function removePhoto(clientId, photoId) {
  return change(clientId, (draft) => {
    draft.photos.filter((photo) => photo.id === photoId).forEach(forgetFile);
    draft.photos = draft.photos.filter((photo) => photo.id !== photoId);
  });
}

/** The report has arrived: its number is kept for a week, words and photos go. */
function finish(clientId, answer) {
  const draft = change(clientId, (row) => {
    row.photos.forEach(forgetFile);
    const { number, unlinked, safety_prompt } = answer;
    Object.assign(row, { state: "sent", number, unlinked, safety_prompt: safety_prompt || "", text: "", photos: [], body: null, error: null, contact_phone: "", location: null });
  });
  announce({ type: "sent", client_id: clientId });
  return draft;
}

/** Forget what was sent more than a week ago. */
function sweep(now = Date.now()) {
  list()
    .filter((draft) => draft.state === "sent" && now - draft.updated_at > SENT_KEPT_MS)
    .forEach((draft) => remove(draft.client_id));
}

/** Send the same words as another report: a new client_id, the photos moved over. */
function copy(clientId) {
  const old = read(clientId);
  const { kind, text, category, anonymous, urgent, contact_phone, join, grid, location, photos } = old;
  const draft = Object.assign(newDraft({ kind, join, grid }), { text, category, anonymous, urgent, contact_phone, location, photos });
  save(draft);
  wx.removeStorageSync(PREFIX + clientId);
  announce({ type: "draft", client_id: clientId });
  return draft;
}

/** After the account was erased nothing of the person stays on the phone. */
function wipe() {
  list().forEach((draft) => remove(draft.client_id));
}

module.exports = { addPhoto, announce, change, changePhoto, copy, finish, list, newDraft, read, remove, removePhoto, save, sweep, unsent, watch, wipe };
