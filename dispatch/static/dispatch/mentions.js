// Naming a colleague in a note: what is typed behind an @ is looked up, a choice writes the name.
document.addEventListener("DOMContentLoaded", () => {
  const box = document.querySelector("[data-mentions-url] textarea");
  if (!box) return;
  const field = box.closest("[data-mentions-url]");
  const list = field.querySelector("ul");
  let chosen = 0;
  let asked = 0;
  let timer = 0;

  const word = () => {
    const before = box.value.slice(0, box.selectionStart);
    const found = /(?:^|[^A-Za-z0-9._%+-])[@＠]([^\s@＠]{0,30})$/.exec(before);
    return found ? found[1] : null;
  };
  const close = () => { asked += 1; list.hidden = true; list.replaceChildren(); };
  const mark = () => {
    [...list.children].forEach((row, index) => row.setAttribute("aria-selected", String(index === chosen)));
    if (list.children[chosen]) list.children[chosen].scrollIntoView({ block: "nearest" });
  };
  const take = (token) => {
    const at = box.selectionStart;
    const start = at - word().length;
    box.setRangeText(`${token} `, start, at, "end");
    box.focus();
    close();
  };
  const show = (people) => {
    list.replaceChildren(...people.map((person) => {
      const row = document.createElement("li");
      row.setAttribute("role", "option");
      const name = document.createElement("b");
      const unit = document.createElement("small");
      name.textContent = person.token === person.name ? person.name : `${person.name}（${person.token}）`;
      unit.textContent = person.unit;
      row.append(name, unit);
      row.addEventListener("pointerdown", (event) => { event.preventDefault(); take(person.token); });
      return row;
    }));
    chosen = 0;
    list.hidden = !people.length;
    mark();
  };
  const look = async () => {
    const typed = word();
    if (typed === null) { close(); return; }
    const mine = ++asked;
    const url = `${field.dataset.mentionsUrl}?q=${encodeURIComponent(typed)}`;
    const answer = await fetch(url, { headers: { Accept: "application/json" } }).catch(() => null);
    if (mine !== asked || !answer || !answer.ok) return;
    show((await answer.json()).colleagues);
  };

  box.addEventListener("input", () => { window.clearTimeout(timer); timer = window.setTimeout(look, 150); });
  box.addEventListener("blur", close);
  box.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const rows = list.children.length;
    if (event.key === "ArrowDown") chosen = (chosen + 1) % rows;
    else if (event.key === "ArrowUp") chosen = (chosen + rows - 1) % rows;
    else if (event.key === "Enter" || event.key === "Tab") list.children[chosen].dispatchEvent(new Event("pointerdown", { cancelable: true }));
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    if (!list.hidden) mark();
  });
});
