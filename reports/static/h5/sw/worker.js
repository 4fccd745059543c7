/* The service worker: opens the pages without a line, and sends what is queued when the line is back.
 *
 * One worker is one release. It keeps the shells of its own release and all files they name; pages
 * come from there at once, on a bad line as well as on none. Answers of the API are never kept here
 * but for three that are the same for everybody. Whatever is not a GET goes straight to the network. */

import { countQueued, wakeSender } from "../core/sender.js";

const SYNC_TAG = "xiangcun-send";
const SHELLS = "h5-shells-";
const FILES = "h5-files";
const ANSWERS = "h5-answers";
const COMMON = ["/api/v1/categories", "/api/v1/places/outline", "/api/v1/privacy/notice"];
const ANSWER_MS = 5_000;
const HASHED = /\.[0-9a-f]{12}\.\w+$/;

/* Called by the script that the server makes; `facts` are of reports/h5/worker.py. */
export function startWorker(facts) {
  const shells = SHELLS + facts.version;
  self.addEventListener("install", (event) => {
    event.waitUntil(install(facts, shells));
  });
  self.addEventListener("activate", (event) => {
    event.waitUntil(activate(facts, shells));
  });
  self.addEventListener("fetch", (event) => {
    const answer = answerOf(event.request, facts, shells);
    if (answer) event.respondWith(answer);
  });
  self.addEventListener("sync", (event) => {
    if (event.tag === SYNC_TAG) event.waitUntil(sendAll());
  });
}

/* Files one by one: on a line that breaks, the next visit goes on where this one ended. */
async function install(facts, shells) {
  const files = await caches.open(FILES);
  for (const url of facts.files) await keep(files, url);
  const pages = await caches.open(shells);
  for (const url of facts.shells) await keep(pages, url, { cache: "no-cache" });
  await self.skipWaiting();
}

async function keep(cache, url, options = {}) {
  if (HASHED.test(url) && (await cache.match(url))) return;
  const answer = await fetch(url, { ...options, credentials: "same-origin" });
  // A login page of some network with status 200 must not become ours: it would be another address.
  if (!answer.ok || answer.redirected) throw new Error(`${url}: ${answer.status}`);
  await cache.put(url, answer);
}

async function activate(facts, shells) {
  const names = await caches.keys();
  await Promise.all(
    names.filter((name) => name.startsWith(SHELLS) && name !== shells).map((name) => caches.delete(name)),
  );
  await sweepFiles(facts);
  await self.clients.claim();
  const files = await caches.open(FILES);
  for (const url of facts.later) await keep(files, url).catch(() => {});
}

/* Files of the release before stay one release longer: a page that is open may still ask for them. */
async function sweepFiles(facts) {
  const files = await caches.open(FILES);
  const now = [...facts.files, ...facts.later];
  const marks = await caches.open(ANSWERS);
  const told = await marks.match("/h5/release");
  const before = told ? await told.json() : [];
  const wanted = new Set([...now, ...before].map((url) => new URL(url, self.location.href).href));
  for (const request of await files.keys()) {
    if (!wanted.has(request.url)) await files.delete(request);
  }
  await marks.put("/h5/release", new Response(JSON.stringify(now)));
}

/* Decide at once whether a request is ours: the answer of `undefined` leaves it to the browser. */
function answerOf(request, facts, shells) {
  if (request.method !== "GET") return undefined;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return undefined;
  if (request.mode === "navigate") {
    const shell = shellOf(url.pathname, facts);
    return shell ? page(shell, request, facts, shells) : undefined;
  }
  if (url.pathname.startsWith(facts.static)) return file(request);
  return COMMON.includes(url.pathname) ? common(request) : undefined;
}

function shellOf(path, facts) {
  if (facts.shells.includes(path)) return path;
  if (path.startsWith(facts.cases)) return facts.case;
  const folder = Object.keys(facts.folders).find((name) => path.startsWith(name));
  return folder ? facts.folders[folder] : "";
}

async function page(shell, request, facts, shells) {
  const pages = await caches.open(shells);
  const kept = await pages.match(shell);
  if (kept) return kept;
  try {
    return await fetch(request);
  } catch {
    return (await pages.match(facts.offline)) || Response.error();
  }
}

async function file(request) {
  const files = await caches.open(FILES);
  const kept = await files.match(request);
  if (kept && HASHED.test(request.url)) return kept;
  try {
    const fresh = await fetch(request);
    if (fresh.ok && HASHED.test(request.url)) await files.put(request, fresh.clone());
    return fresh;
  } catch (fault) {
    if (kept) return kept;
    throw fault;
  }
}

/* The network for some seconds, else what it said last time. */
async function common(request) {
  const answers = await caches.open(ANSWERS);
  const key = new URL(request.url).pathname;
  const kept = await answers.match(key);
  const fresh = fetch(key, { cache: "no-cache" }).then(async (answer) => {
    if (answer.ok) await answers.put(key, answer.clone());
    return answer;
  });
  if (!kept) return fresh;
  const late = new Promise((resolve) => setTimeout(resolve, ANSWER_MS, kept));
  return Promise.race([fresh.then((answer) => (answer.ok ? answer : kept)).catch(() => kept), late]);
}

/* A failed promise is how the browser is asked to wake the worker once more, later. */
async function sendAll() {
  await wakeSender({ force: true });
  if ((await countQueued()) > 0) throw new Error("still queued");
}
