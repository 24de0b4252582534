// Rows to work on: <table data-roving>. One tab stop: the row's link. Arrows move, Home/End jump, Space ticks, Enter opens.
// A checkbox with data-all ticks all; data-selected elements show how many are ticked, and are hidden at none.
const link = (row) => row.querySelector("a[href]");
const rowsOf = (table) => [...table.tBodies].flatMap((b) => [...b.rows]).filter(link);

function stop(table, row) {
  for (const other of rowsOf(table)) link(other).tabIndex = other === row ? 0 : -1;
  return row;
}

function start(table) {
  const rows = rowsOf(table);
  stop(table, rows.find((row) => link(row) === document.activeElement) ?? rows[0]);
  table.querySelectorAll("tbody input[type=checkbox]").forEach((box) => { box.tabIndex = -1; });
  count(table);
}

function count(table) {
  const boxes = [...table.querySelectorAll("tbody input[type=checkbox]")], n = boxes.filter((b) => b.checked).length;
  for (const box of boxes) box.closest("tr").classList.toggle("is-on", box.checked);
  const all = table.querySelector("[data-all]");
  if (all) { all.checked = n > 0 && n === boxes.length; all.indeterminate = n > 0 && n < boxes.length; }
  for (const e of document.querySelectorAll(`[data-selected="${CSS.escape(table.id)}"]`)) { e.hidden = !n; const b = e.querySelector("b") ?? e; b.textContent = n; }
}

document.addEventListener("keydown", (event) => {
  const table = event.target.closest?.("table[data-roving]"), row = event.target.closest?.("tr");
  if (!table || !row || event.target !== link(row) || event.ctrlKey || event.altKey) return;
  const rows = rowsOf(table), at = rows.indexOf(row);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
  if (to !== undefined) { event.preventDefault(); link(stop(table, rows[Math.min(Math.max(to, 0), rows.length - 1)])).focus(); }
  if (event.key === " ") { event.preventDefault(); row.querySelector("input[type=checkbox]")?.click(); }
});
document.addEventListener("focusin", ({ target }) => {
  const table = target.closest?.("table[data-roving]"), row = target.closest?.("tr");
  if (table && row && target === link(row)) stop(table, row);
});
document.addEventListener("change", ({ target }) => {
  const table = target.closest?.("table[data-roving]");
  if (!table || target.type !== "checkbox") return;
  if (target.dataset.all !== undefined) table.querySelectorAll("tbody input[type=checkbox]").forEach((b) => { b.checked = target.checked; });
  count(table);
});
document.querySelectorAll("table[data-roving]").forEach(start);
document.addEventListener("htmx:load", ({ detail }) => { const t = detail.elt.closest?.("table[data-roving]"); if (t) start(t); detail.elt.querySelectorAll?.("table[data-roving]").forEach(start); });
