// Asks how far the export is, and shows the page anew once it has ended.
document.addEventListener("DOMContentLoaded", () => {
  const page = document.getElementById("xc-export-job");
  if (!page || !page.dataset.active) return;
  const ask = async () => {
    try {
      const answer = await fetch(page.dataset.status, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const job = await answer.json();
      if (!job.active) {
        window.location.reload();
        return;
      }
      page.querySelector("[data-label]").textContent = job.label;
      page.querySelector("[data-bar]").value = job.percent;
      page.querySelector("[data-count]").textContent = `${job.done} / ${job.total} 件`;
    } catch (error) {
      page.querySelector("[data-count]").textContent = "暂时查不到进度，正在重试";
    }
    window.setTimeout(ask, 1500);
  };
  window.setTimeout(ask, 1000);
});
