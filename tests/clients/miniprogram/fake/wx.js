/* The object `wx` of one start of the app. What it has is what the client may use; the lint holds the two together. */

const { request, uploadFile } = require("./network");

const PRIVATE = ["chooseMedia", "getLocation", "chooseLocation"];

/** Whether WeChat lets an interface of the guide be used; asks the person the first time, as the page shows it. */
function permitted(phone, api) {
  if (phone.privacy.agreed || !PRIVATE.includes(api)) {
    return Promise.resolve(true);
  }
  if (!phone.privacy.listeners.length) {
    return Promise.resolve(false);
  }
  return new Promise((resolve) => {
    phone.privacy.listeners.forEach((listener) =>
      listener(({ event, buttonId }) => {
        if (event === "agree") {
          // WeChat takes the answer only of its own button.
          phone.privacy.agreed = phone.privacy.pressed === buttonId;
          resolve(phone.privacy.agreed);
        } else if (event === "disagree") {
          resolve(false);
        }
      }, { referrer: api }),
    );
  });
}

/** Answer later, as WeChat does, unless the app has been closed meanwhile. */
function later(phone, key, options, { success = null, fail = null }) {
  setTimeout(() => {
    if (!phone.alive(key)) {
      return;
    }
    if (success && options.success) {
      options.success(success);
    }
    if (fail && options.fail) {
      options.fail(fail);
    }
  });
}

async function guarded(phone, key, api, options, work) {
  if (!(await permitted(phone, api))) {
    later(phone, key, options, { fail: { errMsg: `${api}:fail privacy permission is not authorized`, errno: 104 } });
    return;
  }
  const { success, fail } = work();
  later(phone, key, options, { success, fail: fail ? { errMsg: `${api}:fail ${fail}` } : null });
}

function getLocation(phone, { type = "wgs84" }) {
  if (phone.location.fail) {
    return { fail: phone.location.fail };
  }
  const { gcj02, wgs84, accuracy } = phone.location;
  const [latitude, longitude] = type === "gcj02" ? gcj02 : wgs84;
  return { success: { latitude, longitude, accuracy, speed: -1, altitude: 0, verticalAccuracy: 0, horizontalAccuracy: accuracy } };
}

function chooseLocation(phone) {
  const chosen = phone.chosen;
  return chosen ? { success: { latitude: chosen.lat, longitude: chosen.lng, name: chosen.name, address: chosen.address } } : { fail: "cancel" };
}

function chooseMedia(phone, { count = 9 }) {
  const paths = phone.album.splice(0, count).map((path) => phone.files.take(path));
  return paths.length ? { success: { type: "image", tempFiles: paths.map((tempFilePath) => ({ tempFilePath, size: phone.files.read(tempFilePath).length, fileType: "image" })) } } : { fail: "cancel" };
}

function requestSubscribeMessage(phone, key, options) {
  if (!phone.tapping) {
    throw new Error("requestSubscribeMessage:fail can only be invoked by user TAP gesture.");
  }
  if (options.tmplIds.length > 3) {
    later(phone, key, options, { fail: { errMsg: "requestSubscribeMessage:fail", errCode: 20003 } });
    return;
  }
  phone.subscribeAsked.push(options.tmplIds);
  const told = Object.fromEntries(options.tmplIds.map((id) => [id, phone.subscribeAnswer(id)]));
  later(phone, key, options, { success: { errMsg: "requestSubscribeMessage:ok", ...told } });
}

function storageOf({ storage }) {
  return {
    getStorageSync: (name) => storage.get(name),
    setStorageSync: (name, value) => storage.set(name, value),
    removeStorageSync: (name) => storage.remove(name),
    clearStorageSync: () => storage.clear(),
    getStorageInfoSync: () => ({ keys: storage.keys(), currentSize: 1, limitSize: 10240 }),
  };
}

function screenOf(phone, key) {
  const tell = (name) => (options) => void phone.shown.push({ ...options, name });
  return {
    showToast: tell("toast"),
    showModal(options) {
      if ([options.confirmText, options.cancelText].some((word) => word && word.length > 4)) {
        throw new Error("showModal:fail confirmText and cancelText have four characters at most");
      }
      phone.shown.push({ ...options, name: "modal" });
      later(phone, key, options, { success: { confirm: phone.confirms, cancel: !phone.confirms } });
    },
    setTabBarBadge: tell("badge"),
    removeTabBarBadge: tell("badge-off"),
    setNavigationBarTitle: tell("title"),
    previewImage: tell("preview"),
    openLocation: tell("map"),
    makePhoneCall: tell("call"),
    setClipboardData: tell("copied"),
    openPrivacyContract: tell("guide"),
    stopPullDownRefresh() {},
    openSetting: (options) => later(phone, key, options, { success: { authSetting: {} } }),
    navigateTo: ({ url }) => phone.navigate(url, "navigateTo"),
    redirectTo: ({ url }) => phone.navigate(url, "redirectTo"),
    switchTab: ({ url }) => phone.navigate(url, "switchTab"),
  };
}

/** Return `wx` for the app started as `key`. */
function makeWx(phone, key) {
  const guard = (api, work) => (options) => void guarded(phone, key, api, options, () => work(phone, options));
  return {
    request: (options) => request(phone, key, options),
    uploadFile: (options) => uploadFile(phone, key, options),
    login: (options) => later(phone, key, options, { success: { code: phone.nextCode(), errMsg: "login:ok" } }),
    getLocation: guard("getLocation", getLocation),
    chooseLocation: guard("chooseLocation", chooseLocation),
    chooseMedia: guard("chooseMedia", chooseMedia),
    requestSubscribeMessage: (options) => requestSubscribeMessage(phone, key, options),
    getFileSystemManager: () => phone.files,
    onNeedPrivacyAuthorization: (listener) => phone.privacy.listeners.push(listener),
    getPrivacySetting: (options) => later(phone, key, options, { success: { needAuthorization: !phone.privacy.agreed, privacyContractName: "《示例小程序用户隐私保护指引》" } }),
    onAppShow: (listener) => phone.onShow.push(listener),
    onAppHide: (listener) => phone.onHide.push(listener),
    onNetworkStatusChange: (listener) => phone.onNetwork.push(listener),
    ...storageOf(phone),
    ...screenOf(phone, key),
  };
}

module.exports = { makeWx };
