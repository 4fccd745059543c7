// Several photos, one press each: the camera gives one at a time, so what was taken is kept and shown.
// "input", not "change": file_inputs.js keeps the latter from the theme, and so from us.
// Without script both inputs send their own files under the same name.
document.addEventListener("DOMContentLoaded", () => {
  const picker = document.getElementById("xc-picker");
  if (!picker) return;
  const inputs = [...picker.querySelectorAll("input[type=file]")];
  const shots = picker.querySelector(".xc-shots");
  const most = Number(picker.dataset.most);
  const kept = picker.querySelector("[data-kept]");
  let files = [];

  const store = () => {
    const basket = new DataTransfer();
    files.forEach((file) => basket.items.add(file));
    kept.files = basket.files;
    inputs.filter((input) => input !== kept).forEach((input) => { input.value = ""; });
  };
  const draw = () => {
    shots.querySelectorAll("img").forEach((image) => URL.revokeObjectURL(image.src));
    shots.replaceChildren(...files.map((file, index) => {
      const shot = document.createElement("span");
      const image = document.createElement("img");
      const drop = document.createElement("button");
      shot.className = "xc-shot";
      image.src = URL.createObjectURL(file);
      image.alt = file.name;
      drop.type = "button";
      drop.textContent = "×";
      drop.setAttribute("aria-label", `不要第 ${index + 1} 张`);
      drop.addEventListener("click", () => { files.splice(index, 1); store(); draw(); });
      shot.append(image, drop);
      return shot;
    }));
    picker.querySelector("[data-count]").textContent = files.length ? `已选 ${files.length} 张，最多 ${most} 张` : "";
  };
  const take = (input) => {
    const fresh = [...input.files].filter((file) => !files.some((old) => old.name === file.name && old.size === file.size && old.lastModified === file.lastModified));
    files = [...files, ...fresh].slice(0, most);
    store();
    draw();
  };
  inputs.forEach((input) => input.addEventListener("input", () => take(input)));
  // Somebody may have chosen before this script was there (slow line), or the browser has kept the form.
  inputs.filter((input) => input.files.length).forEach(take);
});
