/* The running township and the office's hands; pytest starts both (test_miniprogram.py). */

const { SERVER, OFFICE, PHOTOS: FOLDER } = process.env;
const PHOTOS = Array.from({ length: 9 }, (_none, at) => `${FOLDER}/${at + 1}.jpg`);

async function ask(path, body) {
  const answer = await fetch(`${OFFICE}${path}`, { method: "POST", body: JSON.stringify(body) });
  if (!answer.ok) {
    throw new Error(await answer.text());
  }
  return answer.json();
}

/** Let staff act, in order: `[number, action, username, fields]` each. */
const office = (...steps) => ask("/office", steps);

/** Ask the stand-in for WeChat's servers: "consent" or "sent". */
const platform = (what, body = {}) => ask(`/platform/${what}`, body);

/** Bring a report of rubbish, which triage dispatches by itself, to the resident's judgement. */
async function toClosing(number) {
  await office(
    [number, "accept", "sanitation_head", {}],
    [number, "finish", "sanitation", { outcome: "solved", public_text: "垃圾已清运，地面已冲洗。", photos: ["green"] }],
    [number, "verify", "dispatcher", {}],
  );
}

module.exports = { OFFICE, PHOTOS, SERVER, office, platform, toClosing };
