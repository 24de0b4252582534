// The counter's page and the scan station. The box answers a save with the parts of the page that follow from it (by id);
// pages of paper are one fragment, #scans, that htmx redraws. Choosing a page or a component is told to the box by #scans' fields.
import { say } from "./say.js";
const form = document.getElementById("reception");
const field = (name) => form?.elements.namedItem(name);

const OUTER = ["work", "person"]; // These hold other parts and are placed before them.

function place(parts = {}) {
  for (const id of [...OUTER, ...Object.keys(parts).filter((other) => !OUTER.includes(other))]) {
    const html = parts[id], target = document.getElementById(id);
    if (html === undefined || !target) continue;
    const focused = target.contains(document.activeElement) ? document.activeElement.id : "";
    target.innerHTML = html;
    if (focused) document.getElementById(focused)?.focus();
  }
}

function saved({ detail }) {
  if (!detail?.version) return;
  field("version").value = detail.version;
  place(detail.parts);
  if (detail.parts.work !== undefined) field("shape").value = detail.shape;
  if (detail.parts.work !== undefined || unlisted) refreshScans();
  unlisted = false;
  if (document.activeElement?.id !== "procedure-q" && detail.words) document.getElementById("procedure-q").value = detail.words;
  if (detail.parts.person !== undefined) {
    document.getElementById("card").innerHTML = document.getElementById("card-read").innerHTML;
    document.getElementById("procedure-q").focus();
    say("Đã đọc thẻ.");
    document.querySelector("#notes .moved")?.scrollIntoView({ block: "nearest" });
  }
  if (detail.card) say(`Đã đọc thẻ: ${detail.card}.`);
  document.getElementById("conflict").textContent = "";
  history.replaceState(null, "", detail.address);
}

// What the box does not list yet (an original whose electronic copy was just asked for) is listed once the page was saved.
let unlisted = false;
function scanInto(key) {
  const into = field("into");
  unlisted = ![...into.options].some(({ value }) => value === key);
  if (unlisted) into.add(new Option("", key));
  into.value = key;
  if (unlisted) dispatchEvent(new Event("motcua:save"));
  refreshScans();
}

function refused({ detail }) {
  place(detail?.parts);
}

if (form) {
  form.addEventListener("motcua:saved", saved);
  form.addEventListener("motcua:refused", refused);
  form.addEventListener("scan", () => dispatchEvent(new Event("motcua:save")));
  form.addEventListener("input", ({ target }) => {
    if (target.value) target.closest("[data-original]")?.nextElementSibling?.removeAttribute("hidden");
  });
  form.addEventListener("change", ({ target }) => {
    if (target.name === "acting") document.getElementById("authorised").hidden = target.value !== "yes";
    if (target.name?.startsWith("have-")) document.getElementById("brought").textContent = form.querySelectorAll("[name^=have-]:checked").length;
    if (target.dataset.into && target.checked) scanInto(target.dataset.into);
  });
  // Enter in a field saves; only F9 and its button accept.
  form.addEventListener("submit", (event) => {
    if (event.submitter?.dataset.save === undefined) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    dispatchEvent(new Event("motcua:save"));
  }, true);
  document.addEventListener("click", ({ target }) => {
    const moved = target.closest?.("[data-address]"), address = field("address");
    if (moved) {
      field("old_address").value = address.value;
      if (moved.dataset.address) address.value = moved.dataset.address;
      address.focus();
      dispatchEvent(new Event("motcua:save"));
    }
    const mine = target.closest?.("[data-keep-mine]");
    if (mine) { field("version").value = mine.dataset.keepMine; dispatchEvent(new Event("motcua:save")); }
    if (target.closest?.("[data-take-theirs]")) forget((key) => key.includes(form.dataset.autosave));
  });
  document.querySelector("[data-discard]")?.addEventListener("submit", () => forget(() => true));
  forget((key) => !key.includes(form.dataset.autosave)); // drafts that were accepted or given up in this tab
}

function forget(which) {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith("motcua-draft:") && which(key)) sessionStorage.removeItem(key);
}

// A button of #scans that was pressed before htmx had it in hand must not leave the page, and the press must not be lost.
const AGAIN_MS = 100, AGAIN_MAX = 30;
let again = 0;
document.addEventListener("submit", (event) => {
  const pressed = event.submitter?.closest("#scans,#scanbar") && event.submitter;
  if (!pressed) return;
  event.preventDefault();
  event.stopPropagation();
  if (++again > AGAIN_MAX) return;
  setTimeout(() => (pressed.isConnected ? pressed : document.querySelector(`#scans [data-key="${CSS.escape(pressed.dataset.key ?? "")}"]`))?.click(), AGAIN_MS);
}, true);
document.addEventListener("htmx:beforeRequest", () => { again = 0; });

// While #scans fetches itself it drops what else it is told; a redraw that follows from a save must come after that one.
let wanted = false;
function refreshScans() {
  wanted = true;
  htmx.trigger("#scans", "refresh");
}
document.addEventListener("htmx:beforeRequest", ({ detail }) => { if (detail.requestConfig.triggeringEvent?.type === "refresh") wanted = false; });
document.addEventListener("htmx:afterSettle", () => { if (wanted && document.getElementById("scans")) refreshScans(); });

// The page that has focus is the chosen one; the tools and Shift+F8 act on it.
document.addEventListener("focusin", ({ target }) => {
  const thumb = target.closest?.("[data-page]"), scans = document.getElementById("scans");
  const chosen = scans?.querySelector("[name=page]");
  if (!thumb || !chosen || chosen.value === thumb.dataset.page) return;
  chosen.value = thumb.dataset.page;
  for (const other of scans.querySelectorAll("[data-page]")) other.toggleAttribute("aria-current", false);
  thumb.setAttribute("aria-current", "true");
  if (scans.querySelector("[name=place]").value === "station") refreshScans();
});
document.addEventListener("click", (event) => {
  const thumb = event.target.closest?.("[data-page]");
  if (thumb && !event.ctrlKey && !event.metaKey) { event.preventDefault(); thumb.focus(); }
  const large = event.target.closest?.("[data-large]"), chosen = document.querySelector("#scans [name=page]");
  if (large && chosen) { const to = new URL(large.href); to.searchParams.set("page", chosen.value); large.href = to; }
});
document.addEventListener("change", ({ target }) => { if (["into", "scanner"].includes(target.name)) refreshScans(); });
document.body.addEventListener("htmx:afterSwap", () => {
  // The table of components shows how many pages each has; the fragment brings the cells along.
  for (const cell of document.querySelector("#scans [data-cells]")?.content.children ?? []) {
    const there = document.getElementById(cell.id);
    if (there) there.innerHTML = cell.innerHTML;
  }
  const boxed = document.querySelector(".thumbsbox"), current = boxed?.querySelector("[aria-current]");
  if (boxed && current && !boxed.contains(document.activeElement)) boxed.scrollTop = Math.max(0, (boxed.querySelector(".thumb--busy") ?? current).offsetTop - boxed.offsetTop);
  const upload = document.getElementById("upload");
  if (upload?.open) { upload.close(); upload.querySelector("form").reset(); }
});
