// Function keys. data-key="F9" is clicked, data-focus-key="F2" is focused (its text selected), data-open/data-close are for dialogs.
// No single letters, nothing on Ctrl+Shift, F5, F6, F7, F10–F12: those belong to input methods and the browser.
const CLICKED = ["F8", "F9", "Shift+F8", "Ctrl+Enter"], FOCUSED = ["F2", "F4"];

function name(event) {
  return (event.ctrlKey ? "Ctrl+" : "") + (event.altKey ? "Alt+" : "") + (event.shiftKey ? "Shift+" : "") + event.key;
}
function usable(element) { return !element.disabled && element.getAttribute("aria-disabled") !== "true" && element.getClientRects().length > 0; }
function scope() { return [...document.querySelectorAll("dialog[open]")].pop() ?? document; }
const all = (attribute, value) => [...scope().querySelectorAll(`[${attribute}="${CSS.escape(value)}"]`)].filter(usable);
export function find(attribute, value) { return all(attribute, value)[0]; }
// Of several fields with one key the next is meant: F2 again goes from the applicant's card to the mother's.
function next(attribute, value) {
  const found = all(attribute, value);
  return found[(found.indexOf(document.activeElement) + 1) % found.length];
}
function primary() {
  const inside = scope();
  return [...inside.querySelectorAll(inside === document ? ".bar .btn--primary,.bar .btn--seal" : ".btn--primary,.btn--seal,.btn--danger")].filter(usable).pop();
}
export function open(id) {
  const dialog = document.getElementById(id);
  if (dialog instanceof HTMLDialogElement && !dialog.open && !document.getElementById("locked")?.open) {
    dialog.showModal();
    dialog.querySelector("[autofocus],input:not([type=hidden]),textarea,select")?.focus();
  }
}

function escape(event) {
  if (document.querySelector("dialog[open],[role=listbox]:not([hidden]):not(.palette__list)")) return; // they close themselves
  if (event.target.closest?.("[data-thumbs]")) return; // Esc leaves the pages of paper first
  const field = document.activeElement;
  if (field?.matches?.("input,textarea,select")) return field.blur();
  document.querySelector("[data-back]")?.click();
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.defaultPrevented || document.getElementById("locked")?.open) return;
  const key = name(event);
  if (key === "Escape") return escape(event);
  let act = null;
  if (key === "F1") act = () => open("help");
  else if (key === "Ctrl+k" || key === "Ctrl+K") act = () => dispatchEvent(new Event("motcua:palette"));
  else if (key === "Ctrl+s") act = () => dispatchEvent(new Event("motcua:save"));
  else if (FOCUSED.includes(key)) { const e = next("data-focus-key", key); act = e && (() => { e.focus(); e.select?.(); }); }
  else if (CLICKED.includes(key)) { const e = find("data-key", key) ?? (key === "Ctrl+Enter" ? primary() : null); act = e && (() => e.click()); }
  if (!act) return;
  event.preventDefault();
  if (!event.repeat) act();
});

document.addEventListener("click", (event) => {
  const opener = event.target.closest?.("[data-open],#open-help");
  if (opener) { event.preventDefault(); return open(opener.dataset.open ?? "help"); }
  const closer = event.target.closest?.("[data-close]");
  if (closer?.closest("dialog")?.open) { event.preventDefault(); closer.closest("dialog").close(); }
});
