"use strict";
(() => {
document.documentElement.classList.add("js");
const initial = new Map([...document.querySelectorAll("[id^=p-], #table > tbody")].map(part => [part.id, part.outerHTML]));
const numbers = text => (text.replace(/,/g, "").match(/-?[\d.]+(e[-+]?\d+)?/g) || []).map(Number);
const compare = (a, b) => {
if (typeof a === "string") return a.localeCompare(b, "en", {numeric: true});
if (Number.isNaN(a) || a === undefined) return Number.isNaN(b) || b === undefined ? 0 : 1;
return Number.isNaN(b) || b === undefined ? -1 : a - b;
};
const button = (head, pressed) => {
const made = document.createElement("button");
made.type = "button";
made.append(...head.childNodes);
head.append(made);
made.addEventListener("click", pressed);
};
const turn = (table, head, first) => {
const again = head.getAttribute("aria-sort") === first;
for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
head.setAttribute("aria-sort", again ? (first === "ascending" ? "descending" : "ascending") : first);
return again ? -1 : 1;
};
const arrange = (table, bodies, order, key, flip) => {
const last = body => "last" in body.dataset;
const values = new Map(bodies.map(body => [body, key(body)]));
bodies.sort((a, b) => last(a) - last(b) || flip * compare(values.get(a), values.get(b)) || order.get(a) - order.get(b));
table.append(...bodies);
};
const enliven = part => {
for (const table of part.querySelectorAll("table.sort")) {
const bodies = [...table.tBodies].filter(body => "s" in body.dataset || !body.querySelector(".whole"));
const order = new Map(bodies.map((body, place) => [body, place]));
const ways = {
severity: () => body => -body.dataset.s,
text: place => body => body.rows[0].cells[place].textContent.toLowerCase(),
size: place => body => -Math.abs(numbers(body.rows[0].cells[place].textContent)[0]),
};
for (const head of table.querySelectorAll("th[data-as]")) {
const key = ways[head.dataset.as](head.cellIndex);
const first = head.dataset.as === "text" ? "ascending" : "descending";
button(head, () => arrange(table, bodies, order, key, turn(table, head, first)));
}
table.addEventListener("click", event => {
const row = event.target.closest("tbody > tr:first-child");
if (!row || row.parentNode.parentNode !== table || event.target.closest("summary") || String(getSelection())) return;
const target = row.querySelector("details");
if (target) target.open = !target.open;
});
}
};
enliven(document);
const strip = document.getElementById("strip");
const packed = document.getElementById("packed");
const unpacked = async () => {
const bytes = Uint8Array.from(atob(packed.content.textContent), letter => letter.charCodeAt(0));
const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
return Object.entries(JSON.parse(await new Response(stream).text()));
};
const put = (id, text) => {
const old = document.getElementById(id);
const open = new Set([...old.querySelectorAll("details[open] > summary")].map(one => one.textContent));
const chosen = [...old.querySelectorAll("input:checked")].map(one => one.id);
old.outerHTML = text;
const made = document.getElementById(id);
for (const one of made.querySelectorAll("details > summary")) one.parentNode.open ||= open.has(one.textContent);
for (const one of made.querySelectorAll("input[type=radio]")) one.checked ||= chosen.includes(one.id);
enliven(made);
};
const side = document.getElementById("side");
const contents = () => side.replaceChildren(...[...document.querySelectorAll("[id] > h2")].map(head => {
const link = document.createElement("a");
link.href = "#" + head.parentNode.id;
link.textContent = head.textContent;
return link;
}));
contents();
side.hidden = false;
let refresh = () => {};
if (strip && packed && "DecompressionStream" in window) unpacked().then(parts => {
const show = () => {
const place = Number(strip.querySelector(":checked").value);
const first = Number(strip.querySelector("[checked]").value);
const at = place < first ? place : place - 1;
const text = (id, pieces) => place === first ? initial.get(id) : pieces.map(piece => typeof piece === "string" ? piece : piece[0] + piece[1].split("\t")[at] + piece[2]).join("");
for (const [id, pieces] of parts) put(id, text(id, pieces));
contents();
refresh();
};
strip.addEventListener("change", show);
strip.disabled = false;
if (!strip.querySelector(":checked").defaultChecked) show();
});
const table = document.getElementById("table");
if (!table) return;
const bodies = () => [...table.tBodies].filter(body => !("none" in body.dataset));
const details = body => body.querySelector("details");
const cell = (body, place) => body.rows[0].cells[place].textContent.trim();
const change = text => { const [before, after] = numbers(text); return Math.abs(after - before); };
const rank = body => Number(body.dataset.r);
const keys = {
status: rank,
name: body => cell(body, 1).toLowerCase(),
kind: body => cell(body, 2),
metric: body => cell(body, 4),
value: body => -Math.abs(numbers(cell(body, 5))[0]),
q: body => numbers(cell(body, 7))[0],
missing: body => -change(cell(body, 8)),
};
const isLargestFirst = new Set(["status", "value", "missing"]);
const natural = by => isLargestFirst.has(by) ? "descending" : "ascending";
const sort = (head, flip) => {
const all = bodies();
arrange(table, all, new Map(all.map(body => [body, rank(body)])), keys[head.dataset.by], flip);
};
for (const head of table.querySelectorAll("th[data-by]")) button(head, () => sort(head, turn(table, head, natural(head.dataset.by))));
const form = document.getElementById("filters");
const find = document.getElementById("find");
const shown = document.getElementById("shown");
const all = document.getElementById("all");
const isVisible = body => !body.hidden;
const label = () => {
all.textContent = bodies().filter(isVisible).some(body => !details(body).open) ? "Open all" : "Close all";
};
const filter = () => {
const wanted = name => new Set([...form.querySelectorAll(`[name=${name}]:checked`)].map(box => box.value));
const statuses = wanted("s"), kinds = wanted("k"), text = find.value.trim().toLowerCase();
let count = 0;
for (const body of bodies()) {
const fits = (!statuses.size || statuses.has(body.dataset.s))
&& (!kinds.size || kinds.has(body.dataset.k))
&& cell(body, 1).toLowerCase().includes(text);
body.hidden = !fits;
count += fits;
}
shown.textContent = count < bodies().length ? `${count} of ${bodies().length} columns` : "";
document.getElementById("none").hidden = count > 0;
label();
};
form.addEventListener("input", filter);
form.addEventListener("submit", event => event.preventDefault());
all.addEventListener("click", () => {
const open = all.textContent === "Open all";
for (const body of bodies().filter(isVisible)) details(body).open = open;
label();
});
table.addEventListener("toggle", label, true);
table.addEventListener("click", event => {
const row = event.target.closest("tbody > tr:first-child");
if (!row || row.parentNode.parentNode !== table || event.target.closest("summary")) return;
if (String(getSelection())) return;
const target = details(row.parentNode);
target.open = !target.open;
});
refresh = () => {
const head = table.querySelector("th[aria-sort]");
sort(head, head.getAttribute("aria-sort") === natural(head.dataset.by) ? 1 : -1);
filter();
};
form.reset();
form.hidden = false;
filter();
})();
