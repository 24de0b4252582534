// A desk of papers: which pages were on the screen, Space, arrows, F9 with an empty PIN. See templates/paper_desk.html.
// A page counts as seen when its image has loaded and its lower edge was in view; the box keeps that, so nobody looks twice.
import { say } from "./say.js";
const STEP = 0.85, AT_THE_END_PX = 4;
let watcher = null, missing = new Set();

const sheets = () => document.getElementById("sheets");
const choose = () => document.querySelector("#choose button[name=chosen]");
const token = () => document.querySelector("#sign-form [name=csrf_token]")?.value;

function count() {
  const area = sheets(), all = Number(area?.dataset.pages ?? 0), label = document.getElementById("pages-seen");
  if (!all) return;
  label.textContent = `đã hiện ${all - missing.size}/${all} trang`;
  const button = choose();
  if (button?.value === "1") button.disabled = missing.size > 0;
  document.getElementById("unseen")?.toggleAttribute("hidden", missing.size === 0);
}

function seen(area, page) {
  if (!missing.delete(page)) return;
  const body = new URLSearchParams({ csrf_token: token() ?? "", digest: area.dataset.digest, page });
  fetch(area.dataset.seenUrl, { method: "POST", body, headers: { "X-Keep-Page": "1" } }).catch(() => {}); // choosing says it again
  count();
}

function watch() {
  watcher?.disconnect();
  const area = sheets();
  missing = new Set((area?.dataset.missing ?? "").split(" ").filter(Boolean));
  count();
  if (!area?.dataset.seenUrl) return;
  watcher = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      const image = target.parentElement.querySelector("img"), page = target.dataset.pageEnd;
      if (!isIntersecting) continue;
      if (image.complete && image.naturalWidth) seen(area, page);
      else image.addEventListener("load", () => { watcher.unobserve(target); watcher.observe(target); }, { once: true });
    }
  });
  for (const end of area.querySelectorAll("[data-page-end]")) if (missing.has(end.dataset.pageEnd)) watcher.observe(end);
}

function forward() {
  const area = sheets(), button = choose();
  if (!area || !button) return;
  if (!missing.size) return button.click();
  const scrolls = area.scrollHeight - area.clientHeight > AT_THE_END_PX, end = area.querySelector(`[data-page-end="${[...missing][0]}"]`);
  const shown = (scrolls ? area : document.scrollingElement).clientHeight;
  if (scrolls) area.scrollBy(0, Math.min(shown * STEP, end.getBoundingClientRect().bottom - area.getBoundingClientRect().bottom + 8));
  else end.scrollIntoView({ block: "end" });
}

function move(by) {
  const items = [...document.querySelectorAll("#papers a.item")], at = items.findIndex((item) => item.hasAttribute("aria-current"));
  items[Math.min(Math.max(at + by, 0), items.length - 1)]?.click();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || event.isComposing || event.defaultPrevented) return;
  if (document.querySelector("dialog[open]") || event.target.closest?.("input,textarea,select,button,.head")) return;
  const inSheets = event.target.closest?.("#sheets");
  const act = { " ": forward, ArrowDown: inSheets ? null : () => move(1), ArrowUp: inSheets ? null : () => move(-1) }[event.key];
  if (!act) return;
  event.preventDefault();
  if (!event.repeat && !document.querySelector("#desk[aria-busy=true]")) act(); // one step after the other, in the order of the keys
});
const busy = (is) => ({ detail }) => { if (detail.target?.id === "desk") document.getElementById("desk")?.setAttribute("aria-busy", is); };
document.addEventListener("htmx:beforeRequest", busy(true));
document.addEventListener("htmx:afterRequest", busy(false));

document.addEventListener("submit", (event) => {
  if (event.target.id !== "sign-form") return;
  const pin = document.getElementById("pin");
  if (pin && !pin.value) { event.preventDefault(); pin.focus(); say("Nhập mã PIN của USB Token rồi bấm F9."); }
  else setTimeout(() => { document.getElementById("sign-button").disabled = true; }); // one press, one order
});

// The token came or went: the button follows, the PIN field keeps what was typed.
function follow() {
  const button = document.getElementById("sign-button"), state = document.getElementById("token");
  if (button && state) button.disabled = state.dataset.ready !== "1" || !("chosen" in button.dataset);
}

// Whoever was in the list is in the list afterwards; whoever is in another field by then stays there.
const isFree = () => document.activeElement === document.body || !!document.activeElement?.closest("#papers,#choose");
let wasFree = true;
document.addEventListener("htmx:beforeSwap", (event) => { if (event.target.id === "desk") wasFree = isFree(); });
document.addEventListener("htmx:afterSettle", (event) => {
  follow();
  if (event.target.id !== "desk") return;
  watch();
  const item = document.querySelector("#papers [aria-current]");
  if (wasFree && isFree()) item?.focus({ preventScroll: true });
  item?.scrollIntoView({ block: "nearest" });
});
watch();
follow();
if (document.activeElement === document.body) document.querySelector("#papers [aria-current]")?.focus({ preventScroll: true });
