/* One photo: wx.uploadFile takes one file a call and hands the answer over as a string. */

const { address } = require("./request");
const { failError, localError, readAnswer } = require("./errors");
const { makeGate } = require("./gate");
const { log } = require("./log");

// A photo of three megabytes on a line of 30 KB/s takes 100 s; WeChat's own limit is a minute.
const TIMEOUT_MS = 180000;
// One after the other: on a thin line two at once are both slower.
const gate = makeGate(1);

function once(filePath, { header, onProgress }) {
  return new Promise((resolve, reject) => {
    const task = wx.uploadFile({
      url: address("/photos"),
      filePath,
      name: "file",
      header: { Accept: "application/json", ...header },
      timeout: TIMEOUT_MS,
      success(answer) {
        try {
          const photo = readAnswer({ header: {}, ...answer });
          if (!photo || typeof photo.id !== "string") {
            throw localError("unreadable"); // some other server answered
          }
          resolve(photo);
        } catch (error) {
          reject(error);
        }
      },
      fail(told) {
        reject(failError(told));
      },
    });
    if (task && task.onProgressUpdate) {
      task.onProgressUpdate(({ progress }) => onProgress(progress / 100));
    }
  });
}

/** Upload one file and return the server's photo `{id, …}`; the same bytes twice are the same photo. Tries once. */
async function uploadFile(filePath, { header = {}, onProgress = (share) => {} } = {}) {
  try {
    return await gate(() => once(filePath, { header, onProgress }));
  } catch (error) {
    log("upload_failed", error);
    throw error;
  }
}

module.exports = { uploadFile };
