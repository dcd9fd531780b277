"use strict";
(() => {
const table = document.getElementById("table");
if (!table) return;
document.documentElement.classList.add("js");
const bodies = [...table.tBodies];
const order = new Map(bodies.map((body, place) => [body, place]));
const details = body => body.querySelector("details");
const cell = (body, place) => body.rows[0].cells[place].textContent;
const numbers = text => (text.replace(/,/g, "").match(/-?[\d.]+(e[-+]?\d+)?/g) || []).map(Number);
const change = text => { const [before, after] = numbers(text); return Math.abs(after - before); };
const keys = {
status: body => -body.dataset.s,
name: body => cell(body, 1).toLowerCase(),
kind: body => cell(body, 2),
metric: body => cell(body, 4),
value: body => -Math.abs(numbers(cell(body, 5))[0]),
q: body => numbers(cell(body, 7))[0],
missing: body => -change(cell(body, 8)),
};
const compare = (a, b) => {
if (typeof a === "string") return a.localeCompare(b, "en", {numeric: true});
if (Number.isNaN(a) || a === undefined) return Number.isNaN(b) || b === undefined ? 0 : 1;
return Number.isNaN(b) || b === undefined ? -1 : a - b;
};
const isLargestFirst = new Set(["status", "value", "missing"]);
const sort = head => {
const by = head.dataset.by;
const first = isLargestFirst.has(by) ? "descending" : "ascending";
const again = head.getAttribute("aria-sort") === first;
const way = again ? (first === "ascending" ? "descending" : "ascending") : first;
const flip = again ? -1 : 1;
for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
head.setAttribute("aria-sort", way);
const values = new Map(bodies.map(body => [body, keys[by](body)]));
bodies.sort((a, b) => flip * compare(values.get(a), values.get(b)) || order.get(a) - order.get(b));
table.append(...bodies);
};
for (const head of table.querySelectorAll("th[data-by]")) {
const button = document.createElement("button");
button.type = "button";
button.append(...head.childNodes);
head.append(button);
button.addEventListener("click", () => sort(head));
}
const form = document.getElementById("filters");
const find = document.getElementById("find");
const shown = document.getElementById("shown");
const all = document.getElementById("all");
const isVisible = body => !body.hidden;
const label = () => {
all.textContent = bodies.filter(isVisible).some(body => !details(body).open) ? "Open all" : "Close all";
};
const filter = () => {
const wanted = name => new Set([...form.querySelectorAll(`[name=${name}]:checked`)].map(box => box.value));
const statuses = wanted("s"), kinds = wanted("k"), text = find.value.trim().toLowerCase();
let count = 0;
for (const body of bodies) {
const fits = (!statuses.size || statuses.has(body.dataset.s))
&& (!kinds.size || kinds.has(body.dataset.k))
&& cell(body, 1).toLowerCase().includes(text);
body.hidden = !fits;
count += fits;
}
shown.textContent = count < bodies.length ? `${count} of ${bodies.length} columns` : "";
document.getElementById("none").hidden = count > 0;
label();
};
form.addEventListener("input", filter);
form.addEventListener("submit", event => event.preventDefault());
all.addEventListener("click", () => {
const open = all.textContent === "Open all";
for (const body of bodies.filter(isVisible)) details(body).open = open;
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
form.reset();
form.hidden = false;
filter();
})();
