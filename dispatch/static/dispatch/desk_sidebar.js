// The desk needs the width of an office screen: the sidebar starts folded here. What the person chose for
// the other pages is kept.
(() => {
  const KEY = "sidebarDesktopOpen", WIDE = 1600;
  if (window.innerWidth >= WIDE) return;
  const kept = localStorage.getItem(KEY);
  const restore = () => { if (kept === null) localStorage.removeItem(KEY); else localStorage.setItem(KEY, kept); };
  document.addEventListener("DOMContentLoaded", () => {
    if (!window.Alpine) return;
    window.Alpine.$data(document.body).sidebarDesktopOpen = false;
    window.Alpine.nextTick(restore);
  });
  window.addEventListener("pagehide", restore);
})();
