/* node draw.js FOLDER: every page in every state as an HTML file, for scripts/miniprogram_pictures.py. */

const fs = require("node:fs");
const path = require("node:path");

const { htmlOf } = require("./fake/html");
const { states } = require("./states");

const folder = process.argv[2];
for (const [name, page, data] of states()) {
  fs.writeFileSync(path.join(folder, `${name}.html`), htmlOf(page, data));
}
