// Desks: lists that refresh themselves, a scan field that searches, filters that apply at once, samples that fill a field.
// data-refresh: an element with an id and data-live. It and every data-refreshed are fetched anew when a topic changes, but never
// under somebody's hands: while a box is ticked or a field has
// focus it waits, and a line with a link says that there is news.
import { say } from "./say.js";

function busy(element) {
  return element.querySelector("tbody input:checked") || element.querySelector("input:focus,textarea:focus,select:focus");
}

async function refresh(element) {
  if (busy(element)) return tell(element);
  const answer = await fetch(location.href, { headers: { "X-Background": "1" }, cache: "no-store" }).catch(() => null);
  if (!answer?.ok || answer.redirected || busy(element)) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const at = document.activeElement?.getAttribute?.("href");
  const scrolled = [element, ...element.querySelectorAll(".scroll")].map((e) => e.scrollTop);
  for (const part of [element, ...document.querySelectorAll("[data-refreshed]")]) {
    const other = fresh.getElementById(part.id);
    if (other) part.replaceChildren(...other.childNodes);
  }
  [element, ...element.querySelectorAll(".scroll")].forEach((e, i) => { e.scrollTop = scrolled[i] ?? 0; });
  htmx.process(element);
  element.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true, detail: { elt: element } }));
  if (at) [...element.querySelectorAll("a[href]")].find((a) => a.getAttribute("href") === at)?.focus();
}

function tell(element) {
  if (document.getElementById("news")) return;
  const line = document.createElement("a");
  Object.assign(line, { id: "news", className: "small", href: location.href, textContent: "Danh sách vừa có thay đổi – tải lại" });
  document.getElementById("counted")?.after(line);
  say("Danh sách vừa có thay đổi.");
}

for (const element of document.querySelectorAll("[data-refresh]")) {
  for (const topic of element.dataset.live.split(/\s+/)) document.body.addEventListener(`live:${topic}`, () => refresh(element));
}

// F9 with nothing ticked means the row one stands on.
document.addEventListener("submit", (event) => {
  const table = event.target.querySelector?.("table[data-roving]");
  if (!table || !table.querySelector("tbody input[type=checkbox]") || table.querySelector("tbody input:checked")) return;
  const row = [...table.querySelectorAll("tbody tr")].find((r) => r.querySelector("a[tabindex='0']"));
  const tick = row?.querySelector("input[type=checkbox]");
  if (tick) tick.checked = true;
});

document.addEventListener("scan", (event) => event.target.closest("form[data-submit-on-scan]")?.requestSubmit());
document.querySelectorAll("form[data-filter] select").forEach((select) => select.addEventListener("change", () => select.form.requestSubmit()));

// <select data-insert="id">: a sample sentence goes into the field of that id.
document.querySelectorAll("select[data-insert]").forEach((select) => {
  select.closest(".field").hidden = false;
  select.addEventListener("change", () => {
    const field = document.getElementById(select.dataset.insert);
    field.value = [field.value.trim(), select.value].filter(Boolean).join("\n");
    select.selectedIndex = 0;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });
});

addEventListener("motcua:save", () => document.querySelector("[data-save]")?.click()); // Ctrl+S

// Money: data-due on the form; what was given makes the change.
document.querySelectorAll("form[data-due]").forEach((form) => {
  const line = document.getElementById("change");
  const show = () => {
    const given = Number(form.elements.given.value.replace(/[^0-9]/g, "")), rest = given - Number(form.dataset.due);
    const cash = form.elements.method.value === "cash";
    form.elements.given.closest(".field").hidden = line.hidden = !cash;
    line.textContent = !given ? "" : rest < 0 ? `Thiếu ${dots(-rest)} đ` : `Tiền thừa ${dots(rest)} đ`;
    line.className = `big ${rest < 0 ? "c-bad" : ""}`;
  };
  form.addEventListener("input", show);
  form.addEventListener("change", show);
  show();
});
function dots(amount) { return String(amount).replace(/\B(?=(\d{3})+$)/g, "."); }

// data-only-for="name=value": shown while that choice of the form is taken.
document.querySelectorAll("[data-only-for]").forEach((element) => {
  const [name, value] = element.dataset.onlyFor.split("="), form = element.closest("form");
  const show = () => { element.hidden = form.elements[name].value !== value; };
  form.addEventListener("change", show);
  show();
});
