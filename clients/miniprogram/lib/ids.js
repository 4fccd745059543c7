/* Names that this phone makes up. */

/** Return a random UUID (version 4). It has to be unique, not secret, and is wanted at once: Math.random will do. */
function uuid() {
  return "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx".replace(/[xy]/g, (sign) => {
    const digit = Math.floor(Math.random() * 16);
    return (sign === "x" ? digit : (digit % 4) + 8).toString(16);
  });
}

/** Return the id of this phone: a hint for counting, no password. */
function deviceId() {
  const kept = wx.getStorageSync("device-id");
  if (kept) {
    return kept;
  }
  const made = uuid();
  wx.setStorageSync("device-id", made);
  return made;
}

module.exports = { deviceId, uuid };
