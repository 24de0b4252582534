// A card reader types like a keyboard. The scan field (data-scan) is read by its VALUE on Enter: keydown loses every letter that
// is not ASCII. It then fires `scan` (detail.value, bubbling; htmx: hx-trigger="scan"). A card's payload that lands in another
// field is taken out again, the field gets its old value back, and the payload goes to the scan field.
const PAYLOAD = /\d{12}\|[^|\n]*\|[^|\n]*\|\d{8}\|/, QUIET_MS = 350;
const old = new WeakMap();
let timer = 0;

const isText = (e) => e instanceof HTMLTextAreaElement || (e instanceof HTMLInputElement && ["text", "search", "tel", "email", ""].includes(e.type));

export function read(field) {
  const value = field.value.trim().normalize("NFC");
  if (value) field.dispatchEvent(new CustomEvent("scan", { bubbles: true, detail: { value } }));
}

function payloadIn(field) {
  const before = old.get(field) ?? "", now = field.value;
  let start = 0, end = 0;
  while (start < before.length && before[start] === now[start]) start++;
  while (end < before.length - start && before.at(-1 - end) === now.at(-1 - end)) end++;
  const typed = now.slice(start, now.length - end), at = typed.search(PAYLOAD);
  if (at >= 0) return typed.slice(at);
  return PAYLOAD.test(now) ? now.slice(now.search(PAYLOAD)) : "";
}

function reroute(field) {
  clearTimeout(timer);
  const payload = payloadIn(field), scan = document.querySelector("[data-scan]");
  if (!payload || !scan) return false;
  field.value = old.get(field) ?? "";
  field.dispatchEvent(new Event("input", { bubbles: true }));
  scan.value = payload.split("\n")[0];
  scan.focus();
  read(scan);
  return true;
}

document.addEventListener("focusin", ({ target }) => { if (isText(target)) old.set(target, target.value); });
document.addEventListener("keydown", (event) => {
  const field = event.target;
  if (event.key !== "Enter" || event.isComposing || !isText(field)) return;
  if (field.dataset.scan !== undefined) { event.preventDefault(); read(field); }
  else if (PAYLOAD.test(field.value) && reroute(field)) event.preventDefault();
}, true);
document.addEventListener("input", ({ target }) => {
  if (!isText(target) || target.dataset.scan !== undefined || !PAYLOAD.test(target.value)) return;
  clearTimeout(timer);
  timer = setTimeout(() => reroute(target), QUIET_MS); // a reader without Enter, or a paste
}, true);
document.addEventListener("paste", ({ target }) => { if (target.dataset?.scan !== undefined) setTimeout(() => { if (PAYLOAD.test(target.value)) read(target); }); });
