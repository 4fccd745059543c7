/* The two places of files: what wx.chooseMedia hands over, gone with the app, and saved files, which stay. */

const fs = require("node:fs");

class Files {
  constructor() {
    this.temporary = new Map();
    this.saved = new Map();
    this.full = false;
    this.count = 0;
  }

  /** Put a real file where chooseMedia would; returns its path on the phone. */
  take(realPath) {
    this.count += 1;
    const path = `http://tmp/photo${this.count}.jpg`;
    this.temporary.set(path, fs.readFileSync(realPath));
    return path;
  }

  read(path) {
    return this.temporary.get(path) || this.saved.get(path) || null;
  }

  saveFile({ tempFilePath, success, fail = () => {} }) {
    const bytes = this.temporary.get(tempFilePath);
    if (!bytes) {
      fail({ errMsg: `saveFile:fail tempFilePath file not exist ${tempFilePath}` });
    } else if (this.full) {
      fail({ errMsg: "saveFile:fail the maximum size of the file storage limit is exceeded" });
    } else {
      this.count += 1;
      const savedFilePath = `wxfile://store_${this.count}.jpg`;
      this.saved.set(savedFilePath, bytes);
      this.temporary.delete(tempFilePath); // moved, not copied
      success({ savedFilePath, errMsg: "saveFile:ok" });
    }
  }

  removeSavedFile({ filePath, success = () => {}, fail = () => {} }) {
    if (this.saved.delete(filePath)) {
      success({ errMsg: "removeSavedFile:ok" });
    } else {
      fail({ errMsg: "removeSavedFile:fail file not exist" });
    }
  }

  forgetTemporary() {
    this.temporary.clear();
  }
}

module.exports = { Files };
