// Ctrl+K: a dialog whose list comes from the server while one types. Arrows choose, Enter opens, Ctrl+Enter opens a new tab.
const dialog = document.getElementById("palette"), field = document.getElementById("palette-q"), list = document.getElementById("palette-list");
const WAIT_MS = 120;
let timer = 0, asked = 0;

async function ask() {
  const mine = ++asked;
  const answer = await fetch(`${field.dataset.url}?q=${encodeURIComponent(field.value)}`, { headers: { "X-Keep-Page": "1" } }).catch(() => null);
  if (mine !== asked) return; // a newer question is on its way
  if (answer?.ok) list.innerHTML = await answer.text();
  else list.textContent = "Chưa kết nối được máy chủ.";
  choose(0);
}

function choose(step) {
  const options = [...list.querySelectorAll("a[role=option]")];
  const now = options.findIndex((o) => o.getAttribute("aria-selected") === "true");
  const next = options[Math.min(Math.max(now + step, 0), options.length - 1)];
  for (const o of options) o.setAttribute("aria-selected", String(o === next));
  next?.scrollIntoView({ block: "nearest" });
  if (next) field.setAttribute("aria-activedescendant", next.id); else field.removeAttribute("aria-activedescendant");
}

function keys(event) {
  if (event.isComposing) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); choose(event.key === "ArrowDown" ? 1 : -1); }
  if (event.key === "Enter") {
    event.preventDefault();
    const hit = list.querySelector("a[aria-selected=true]");
    if (hit && event.ctrlKey) open(hit.href, "_blank", "noopener"); else hit?.click();
  }
}

function show(event) {
  event.preventDefault();
  if (dialog.open || document.getElementById("locked").open) return;
  dialog.showModal();
  field.value = "";
  field.focus();
  ask();
}

if (dialog) {
  addEventListener("motcua:palette", show);
  document.getElementById("find")?.addEventListener("click", show);
  field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, WAIT_MS); });
  field.addEventListener("keydown", keys);
}
