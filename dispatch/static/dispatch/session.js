// Two minutes before the session ends: a bar with 继续. When it has ended the page stays, so that
// what somebody typed can be saved: they sign in again in another tab and send the form from here.
"use strict";
(() => {
    const bar = document.getElementById("xc-session");
    if (!bar) return;
    const WARN_SECONDS = 120, TOUCH_MS = 120000;
    let endsAt = Date.now() + Number(bar.dataset.seconds) * 1000;
    let token = bar.dataset.token, over = false, touchedAt = Date.now(), asking = false, failed = "", askedAt = Date.now();
    let dirty = false;

    const node = (tag, text, action) => {
        const made = document.createElement(tag);
        made.textContent = text;
        if (action) made.addEventListener("click", action);
        return made;
    };

    function renewForms(fresh) {
        token = fresh;
        for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = fresh;
        for (const holder of document.querySelectorAll("[data-token]")) holder.dataset.token = fresh;
    }

    async function call(url, method) {
        if (asking) return;
        asking = true;
        askedAt = Date.now();
        try {
            const headers = method === "POST" ? { "X-CSRFToken": token } : { "X-Background": "1" };
            const answer = await fetch(url, { method, headers, credentials: "same-origin", redirect: "manual" });
            if (answer.status === 401 || answer.status === 403) {
                over = true;
            } else if (answer.ok) {
                const said = await answer.json();
                if (said.user !== bar.dataset.user) { over = true; failed = "已换成别的账号登录，请刷新页面。"; } else {
                    over = false;
                    failed = "";
                    endsAt = Date.now() + said.seconds * 1000;
                    if (said.token) renewForms(said.token);
                }
            }
        } catch {
            if (Date.now() > endsAt) over = true;
        } finally {
            asking = false;
            draw();
        }
    }
    const ask = () => call(bar.dataset.state, "GET");
    const goOn = () => { touchedAt = Date.now(); return call(bar.dataset.continue, "POST"); };

    function draw() {
        const left = Math.ceil((endsAt - Date.now()) / 1000);
        const warn = over || left <= WARN_SECONDS;
        bar.hidden = !warn;
        bar.classList.toggle("xc-over", over);
        if (!warn) return;
        if (over) {
            const text = failed || (dirty
                ? "长时间没有操作，已自动退出。您填写的内容还在本页，没有保存：请在新页面登录后，回到本页再提交。"
                : "长时间没有操作，已自动退出。");
            const link = node("a", dirty ? "在新页面登录" : "重新登录");
            const here = encodeURIComponent(location.pathname + location.search);
            link.href = dirty ? `${bar.dataset.login}?next=/admin/` : `${bar.dataset.login}?next=${here}`;
            if (dirty) { link.target = "_blank"; link.rel = "noopener"; }
            if (bar.dataset.shown === text) return;
            bar.dataset.shown = text;
            bar.replaceChildren(node("span", text), link);
            return;
        }
        const minutes = Math.floor(Math.max(0, left) / 60), seconds = Math.max(0, left) % 60;
        const clock = `${minutes} 分 ${String(seconds).padStart(2, "0")} 秒`;
        bar.dataset.shown = "";
        const text = node("span", `长时间没有操作，${clock} 后自动退出${dirty ? "，请先保存填写的内容" : ""}。`);
        const button = bar.querySelector("button") || node("button", "继续", goOn);
        button.type = "button";
        bar.replaceChildren(text, button);
    }

    // Somebody who types or clicks is there, though the page sends nothing meanwhile.
    function touched(event) {
        if (!event.isTrusted || over || Date.now() - touchedAt < TOUCH_MS) return;
        goOn();
    }
    for (const kind of ["keydown", "pointerdown"]) document.addEventListener(kind, touched, { passive: true });
    document.addEventListener("input", (event) => { if (event.isTrusted && event.target.closest("form[method=post]")) dirty = true; });
    document.addEventListener("submit", () => { dirty = false; });

    // Another tab may have kept the session alive: ask before warning and before giving up.
    setInterval(() => {
        const left = endsAt - Date.now();
        const every = over ? 15000 : 20000;
        if ((over || left <= WARN_SECONDS * 1000) && Date.now() - askedAt > every) ask();
        else if (!over && left <= -1000) ask();
        else if (over || left <= WARN_SECONDS * 1000) draw();
    }, 1000);
    document.addEventListener("visibilitychange", () => { if (!document.hidden && (over || endsAt - Date.now() < WARN_SECONDS * 1000)) ask(); });
    window.addEventListener("focus", () => { if (over) ask(); });
})();
