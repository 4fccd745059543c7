/* wx.setStorageSync and its kin: values are copied, a key holds one megabyte, all of them ten. */

const KEY_BYTES = 1024 * 1024;
const ALL_BYTES = 10 * KEY_BYTES;

class Storage {
  constructor() {
    this.rows = new Map();
    this.full = false;
  }

  get(key) {
    return this.rows.has(key) ? JSON.parse(this.rows.get(key)) : "";
  }

  set(key, value) {
    const text = JSON.stringify(value);
    if (text === undefined) {
      throw new Error(`setStorageSync: ${key} is undefined`);
    }
    const others = [...this.rows].filter(([name]) => name !== key).reduce((sum, [, row]) => sum + row.length, 0);
    if (this.full || text.length > KEY_BYTES || others + text.length > ALL_BYTES) {
      throw new Error("setStorageSync:fail exceed storage max size 10Mb");
    }
    this.rows.set(key, text);
  }

  remove(key) {
    this.rows.delete(key);
  }

  clear() {
    this.rows.clear();
  }

  keys() {
    return [...this.rows.keys()];
  }
}

module.exports = { Storage };
