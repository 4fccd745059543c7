// The bell: how many messages are unread. The command room's pages hear it from the alarm bar's poll,
// the others ask for themselves, seldom. Whoever may resend also sees how many messages are stuck.
"use strict";
(() => {
    const bell = document.getElementById("xc-bell");
    if (!bell) return;
    const SHOWN_MS = 30000, HIDDEN_MS = 120000;
    const badge = document.getElementById("xc-bell-count");
    let timer = 0, etag = "";

    function show(element, count) {
        element.textContent = count;
        element.hidden = count === "0";
    }
    function stuckBadge() {
        const made = document.getElementById("xc-stuck-count");
        const link = document.querySelector(`#nav-sidebar a[href="${bell.dataset.outbox}"], aside a[href="${bell.dataset.outbox}"], nav a[href="${bell.dataset.outbox}"]`);
        if (made || !link) return made;
        const fresh = document.createElement("b");
        fresh.id = "xc-stuck-count";
        fresh.className = "xc-nav-count";
        link.append(fresh);
        return fresh;
    }
    function draw(counts) {
        show(badge, counts.unread);
        bell.setAttribute("aria-label", counts.unread === "0" ? "站内消息" : `站内消息，${counts.unread} 条未读`);
        bell.title = bell.getAttribute("aria-label");
        const stuck = counts.stuck === undefined ? null : stuckBadge();
        if (stuck) show(stuck, counts.stuck);
    }
    async function ask() {
        clearTimeout(timer);
        try {
            const headers = etag ? { "If-None-Match": etag } : {};
            const answer = await fetch(bell.dataset.feed, { headers, credentials: "same-origin", redirect: "manual" });
            if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) return;
            if (answer.ok) {
                etag = answer.headers.get("ETag") || "";
                draw(await answer.json());
            }
        } catch { /* the next look will tell */ }
        timer = setTimeout(ask, document.hidden ? HIDDEN_MS : SHOWN_MS);
    }
    document.addEventListener("xc-notices", (event) => draw(event.detail));
    if (document.getElementById("xc-alarms")) return;
    document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
    ask();
})();
