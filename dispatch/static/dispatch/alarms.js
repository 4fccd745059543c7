// The red bar: asks every five seconds which P0 tickets nobody has acknowledged, and makes them seen
// and, once somebody has clicked on the page, heard. Everything from the server is put in as text.
"use strict";
(() => {
    const bar = document.getElementById("xc-alarms");
    if (!bar) return;
    const SHOWN_MS = 5000, HIDDEN_MS = 20000, LOST_MS = 30000;
    const title = document.title;
    let state = { alarms: [], count: "0" }, offset = 0, heardAt = Date.now(), timer = 0, lost = "";
    let loggedOut = false, notice = "", etag = "", audio = null, muted = sessionStorage.getItem("xc-alarm-muted") === "1";

    const node = (tag, className, text) => {
        const made = document.createElement(tag);
        if (className) made.className = className;
        if (text !== undefined) made.textContent = text;
        return made;
    };
    const button = (text, className, action) => {
        const made = node("button", className, text);
        made.type = "button";
        made.addEventListener("click", action);
        return made;
    };
    const now = () => Date.now() + offset;
    const since = (seconds) => {
        const past = Math.max(0, Math.floor(now() / 1000 - seconds));
        const minutes = Math.floor(past / 60);
        if (minutes < 1) return `${past} 秒`;
        if (minutes < 60) return `${minutes} 分 ${past % 60} 秒`;
        return `${Math.floor(minutes / 60)} 小时 ${minutes % 60} 分`;
    };

    async function acknowledge(alarm, pressed) {
        pressed.disabled = true;
        try {
            const answer = await fetch(alarm.acknowledge_url, {
                method: "POST", headers: { "X-CSRFToken": bar.dataset.token }, credentials: "same-origin",
            });
            const said = await answer.json();
            if (!answer.ok) notice = said.message || "操作没有成功，请刷新后再试";
            else if (said.first) notice = `${alarm.number} 已记录：${said.by} ${said.at} 知悉`;
            else notice = `${alarm.number} 已由 ${said.by} 于 ${said.at} 先确认`;
        } catch {
            notice = "网络不通，没有记下，请再点一次";
            pressed.disabled = false;
        }
        setTimeout(() => { notice = ""; draw(); }, 8000);
        draw();
        ask();
    }

    function row(alarm) {
        const line = node("div", alarm.escalated ? "xc-alarm-row xc-escalated" : "xc-alarm-row");
        line.append(node("b", "xc-alarm-level", alarm.escalated ? "特急 · 已升级" : "特急"));
        const words = node("div", "xc-alarm-words");
        const head = node("div", "xc-alarm-head");
        head.append(node("b", "xc-number", alarm.number), node("span", "xc-alarm-title", alarm.title));
        const where = [alarm.place, alarm.category, alarm.department || alarm.status, alarm.reason];
        words.append(head, node("div", "xc-alarm-where", where.filter(Boolean).join(" · ")));
        const clock = node("span", "xc-alarm-clock", since(alarm.raised_at));
        clock.dataset.raised = alarm.raised_at;
        const open = node("a", "xc-alarm-button", "打开");
        open.href = alarm.url;
        line.append(words, clock, open);
        if (state.may_acknowledge) {
            const seen = button("我已知悉", "xc-alarm-button xc-alarm-seen", () => acknowledge(alarm, seen));
            line.append(seen);
        }
        return line;
    }

    function footer() {
        const line = node("div", "xc-alarm-foot");
        if (notice) line.append(node("span", "xc-alarm-notice", notice));
        if (state.alarms.length) {
            line.append(node("span", "", `共 ${state.count} 条特急警报待确认`));
            line.append(button(muted ? "打开声音" : "静音", "xc-alarm-link", () => {
                muted = !muted;
                sessionStorage.setItem("xc-alarm-muted", muted ? "1" : "0");
                draw();
            }));
            const book = node("a", "xc-alarm-link", "警报台账");
            book.href = bar.dataset.book;
            line.append(book);
        }
        return line;
    }

    function draw() {
        const ringing = state.alarms.length > 0;
        const scrolled = bar.querySelector(".xc-alarm-rows")?.scrollTop ?? 0;
        bar.replaceChildren();
        bar.hidden = !ringing && !notice && !lost;
        bar.classList.toggle("xc-quiet", !ringing && !lost);
        bar.classList.toggle("xc-lost", Boolean(lost) && !ringing);
        bar.classList.toggle("xc-loud", Boolean(state.is_lead) && state.alarms.some((row) => row.escalated));
        if (lost) {
            const line = node("div", "xc-alarm-foot", lost);
            const again = node("a", "xc-alarm-link", "重新登录");
            again.href = `${bar.dataset.login}?next=${encodeURIComponent(location.pathname + location.search)}`;
            if (loggedOut) line.append(again);
            bar.append(line);
        }
        const rows = node("div", "xc-alarm-rows");
        rows.append(...state.alarms.map(row));
        if (ringing) bar.append(rows);
        if (ringing || notice) bar.append(footer());
        rows.scrollTop = scrolled;
    }

    // Browsers allow sound only after the person has touched the page.
    function allowSound() {
        const Context = window.AudioContext || window.webkitAudioContext;
        if (!audio && Context) audio = new Context();
    }
    function beep() {
        if (!audio || muted || !state.alarms.length) return;
        const loud = bar.classList.contains("xc-loud");
        for (let index = 0; index < (loud ? 4 : 2); index += 1) {
            const tone = audio.createOscillator(), volume = audio.createGain(), at = audio.currentTime + index * 0.25;
            tone.frequency.value = index % 2 ? 660 : 880;
            volume.gain.setValueAtTime(loud ? 0.3 : 0.12, at);
            volume.gain.setValueAtTime(0, at + 0.18);
            tone.connect(volume).connect(audio.destination);
            tone.start(at);
            tone.stop(at + 0.2);
        }
    }

    async function ask() {
        clearTimeout(timer);
        try {
            const headers = etag ? { "If-None-Match": etag } : {};
            const answer = await fetch(bar.dataset.feed, { headers, credentials: "same-origin", redirect: "manual" });
            if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) {
                loggedOut = true;
                lost = "登录已失效，收不到特急警报。";
                state = { alarms: [], count: "0" };
                draw();
                return;
            }
            if (!answer.ok && answer.status !== 304) throw new Error(String(answer.status));
            const date = Date.parse(answer.headers.get("Date") || "");
            if (date && Math.abs(date - Date.now()) > 5000) offset = date - Date.now();
            const next = answer.status === 304 ? state : await answer.json();
            etag = answer.headers.get("ETag") || etag;
            const known = new Set(state.alarms.map((row) => `${row.id}/${row.escalated}`));
            const fresh = next.alarms.some((row) => !known.has(`${row.id}/${row.escalated}`));
            const changed = JSON.stringify(next) !== JSON.stringify(state) || lost;
            state = next;
            document.dispatchEvent(new CustomEvent("xc-notices", { detail: next.notices }));
            heardAt = Date.now();
            lost = "";
            if (changed) draw();
            if (fresh) beep();
        } catch {
            if (Date.now() - heardAt > LOST_MS && !lost) {
                lost = "与服务器的连接中断，特急警报可能不能及时显示，请留意电话。";
                draw();
            }
        }
        timer = setTimeout(ask, document.hidden ? HIDDEN_MS : SHOWN_MS);
    }

    let ticks = 0;
    setInterval(() => {
        ticks += 1;
        for (const clock of bar.querySelectorAll("[data-raised]")) clock.textContent = since(Number(clock.dataset.raised));
        const ringing = state.alarms.length > 0;
        document.title = ringing && ticks % 2 ? `【特急 ${state.count}】${state.alarms[0].title}` : title;
        if (ringing && ticks % (bar.classList.contains("xc-loud") ? 4 : 10) === 0) beep();
    }, 1000);
    for (const touch of ["pointerdown", "keydown"]) document.addEventListener(touch, allowSound, { once: true });
    document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
    ask();
})();
