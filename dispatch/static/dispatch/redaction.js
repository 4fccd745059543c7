/* Rectangles over a photo: drawn with mouse, finger or keys, kept as fractions of the picture. */
(() => {
    "use strict";
    const page = document.getElementById("xc-redaction");
    const layer = document.getElementById("xc-layer");
    if (!page || !layer) return;
    const most = Number(page.dataset.most);
    const least = 0.008;
    const list = document.getElementById("xc-rectangles");
    const value = document.getElementById("xc-value");
    const say = document.getElementById("xc-say");
    const undo = document.getElementById("xc-undo");
    const none = document.getElementById("xc-none");
    const past = [];
    let boxes = JSON.parse(document.getElementById("xc-drawn").textContent).map((box) => [...box]);
    let chosen = -1;
    let dirty = false;

    const round = (number) => Math.round(number * 1e5) / 1e5;
    const clamp = (number, low, high) => Math.min(high, Math.max(low, number));
    const tell = (text) => { say.textContent = text; };

    function make(tag, name, text) {
        const node = document.createElement(tag);
        if (name) node.className = name;
        if (text) node.textContent = text;
        return node;
    }

    function remember() {
        past.push(JSON.stringify(boxes));
        if (past.length > 50) past.shift();
        dirty = true;
    }

    function place(node, [left, top, width, height]) {
        node.style.left = `${left * 100}%`;
        node.style.top = `${top * 100}%`;
        node.style.width = `${width * 100}%`;
        node.style.height = `${height * 100}%`;
    }

    function nodeOf(index) { return layer.querySelector(`.xp-box[data-index="${index}"]`); }

    function draw(focus = -1) {
        layer.querySelectorAll(".xp-box").forEach((node) => node.remove());
        list.replaceChildren();
        boxes.forEach((box, index) => {
            const node = make("div", index === chosen ? "xp-box xp-chosen" : "xp-box");
            node.dataset.index = index;
            node.tabIndex = 0;
            node.setAttribute("role", "button");
            node.setAttribute("aria-label", `遮盖区域 ${index + 1}，方向键移动，Shift 加方向键改大小，Delete 删除`);
            node.append(make("b", "", String(index + 1)), make("span", "xp-handle"));
            place(node, box);
            layer.append(node);
            const line = make("li");
            const pick = make("button", "", `区域 ${index + 1}`);
            pick.type = "button";
            pick.addEventListener("click", () => choose(index));
            const drop = make("button", "xp-remove", "删除");
            drop.type = "button";
            drop.setAttribute("aria-label", `删除遮盖区域 ${index + 1}`);
            drop.addEventListener("click", () => remove(index));
            line.append(pick, drop);
            list.append(line);
        });
        value.value = JSON.stringify(boxes);
        document.getElementById("xc-count").textContent = String(boxes.length);
        document.getElementById("xc-none-row").hidden = boxes.length > 0;
        undo.disabled = past.length === 0;
        if (focus >= 0) nodeOf(focus)?.focus();
    }

    function choose(index) { chosen = index; draw(index); }

    function add(box) {
        if (boxes.length >= most) { tell(`最多 ${most} 个遮盖区域，请合并相邻的区域`); return; }
        remember();
        boxes.push(box.map(round));
        tell(`已添加第 ${boxes.length} 个遮盖区域`);
        choose(boxes.length - 1);
    }

    function remove(index) {
        remember();
        boxes.splice(index, 1);
        chosen = -1;
        tell(`已删除，还有 ${boxes.length} 个`);
        draw(Math.min(index, boxes.length - 1));
    }

    function pointOf(event) {
        const frame = layer.getBoundingClientRect();
        return [
            clamp((event.clientX - frame.left) / frame.width, 0, 1),
            clamp((event.clientY - frame.top) / frame.height, 0, 1),
        ];
    }

    function moved([left, top, width, height], dx, dy) {
        return [round(clamp(left + dx, 0, 1 - width)), round(clamp(top + dy, 0, 1 - height)), width, height];
    }

    function resized([left, top, width, height], dx, dy) {
        return [left, top, round(clamp(width + dx, least, 1 - left)), round(clamp(height + dy, least, 1 - top))];
    }

    /* One gesture at a time: a second finger is ignored. */
    let gesture = null;

    layer.addEventListener("pointerdown", (event) => {
        if (gesture || (event.pointerType === "mouse" && event.button !== 0)) return;
        event.preventDefault();
        layer.setPointerCapture(event.pointerId);
        const start = pointOf(event);
        const node = event.target.closest(".xp-box");
        if (node) {
            const index = Number(node.dataset.index);
            const grow = event.target.classList.contains("xp-handle");
            gesture = { id: event.pointerId, start, index, grow, from: [...boxes[index]], begun: false };
            chosen = index;
            draw(index);
        } else {
            const ghost = make("div", "xp-ghost");
            layer.append(ghost);
            gesture = { id: event.pointerId, start, ghost };
        }
    });

    function spanOf(a, b) {
        return [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.abs(a[0] - b[0]), Math.abs(a[1] - b[1])];
    }

    layer.addEventListener("pointermove", (event) => {
        if (!gesture || event.pointerId !== gesture.id) return;
        const here = pointOf(event);
        if (gesture.ghost) { place(gesture.ghost, spanOf(gesture.start, here)); return; }
        const dx = here[0] - gesture.start[0];
        const dy = here[1] - gesture.start[1];
        if (!gesture.begun && Math.abs(dx) + Math.abs(dy) < 0.002) return;
        if (!gesture.begun) { remember(); gesture.begun = true; }
        boxes[gesture.index] = (gesture.grow ? resized : moved)(gesture.from, dx, dy);
        place(nodeOf(gesture.index), boxes[gesture.index]);
    });

    function end(event, keep) {
        if (!gesture || event.pointerId !== gesture.id) return;
        const { ghost, start } = gesture;
        gesture = null;
        if (!ghost) { draw(chosen); return; }
        ghost.remove();
        const box = spanOf(start, pointOf(event));
        if (keep && box[2] >= least && box[3] >= least) add(box);
    }

    layer.addEventListener("pointerup", (event) => end(event, true));
    layer.addEventListener("pointercancel", (event) => end(event, false));

    const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    layer.addEventListener("focusin", (event) => {
        const node = event.target.closest(".xp-box");
        if (!node) return;
        chosen = Number(node.dataset.index);
        layer.querySelectorAll(".xp-box").forEach((other) => other.classList.toggle("xp-chosen", other === node));
    });
    layer.addEventListener("keydown", (event) => {
        const node = event.target.closest(".xp-box");
        if (!node) return;
        const index = Number(node.dataset.index);
        if (event.key === "Delete" || event.key === "Backspace") {
            event.preventDefault();
            remove(index);
            return;
        }
        const arrow = ARROWS[event.key];
        if (!arrow) return;
        event.preventDefault();
        const step = event.altKey ? 0.002 : 0.01;
        if (!event.repeat) remember();
        boxes[index] = (event.shiftKey ? resized : moved)(boxes[index], arrow[0] * step, arrow[1] * step);
        place(node, boxes[index]);
        value.value = JSON.stringify(boxes);
        undo.disabled = false;
    });

    document.getElementById("xc-add").addEventListener("click", () => add([0.4, 0.4, 0.2, 0.2]));
    undo.addEventListener("click", () => {
        if (!past.length) return;
        boxes = JSON.parse(past.pop());
        chosen = -1;
        tell("已撤销一步");
        draw();
    });
    document.getElementById("xc-release").addEventListener("submit", (event) => {
        if (!boxes.length && !none.checked) {
            event.preventDefault();
            tell("请先画出要遮盖的地方；确实没有的，请勾选“没有需要遮盖的地方”");
            none.focus();
            return;
        }
        value.value = JSON.stringify(boxes);
        dirty = false;
    });
    window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
    draw();
})();
