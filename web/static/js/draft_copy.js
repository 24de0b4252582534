// What a tab keeps of a form that is not saved yet: a copy in sessionStorage, taken back when the page is opened again.
const PREFIX = `motcua-draft:${document.body.dataset.officer}:`, SENT = "motcua-sent", NEVER = ["csrf_token", "password", "pin"];

const keyOf = (form) => PREFIX + form.dataset.autosave;
const fields = (form) => [...new FormData(form)].filter(([name, value]) => !NEVER.includes(name) && typeof value === "string");

export function keep(form) { try { sessionStorage.setItem(keyOf(form), JSON.stringify(fields(form))); } catch { /* full: the box still has the last save */ } }
export function drop(form) { sessionStorage.removeItem(keyOf(form)); }

// Put the copy back into the form; says whether there was one.
export function restore(form) {
  const kept = sessionStorage.getItem(keyOf(form));
  if (!kept) return false;
  const values = new Map();
  for (const [name, value] of JSON.parse(kept)) values.set(name, [...(values.get(name) ?? []), value]);
  for (const e of form.elements) {
    if (!e.name || NEVER.includes(e.name) || e.type === "file") continue;
    const given = values.get(e.name) ?? [];
    if (e.type === "checkbox" || e.type === "radio") e.checked = given.includes(e.value);
    else if (given.length) e.value = given.shift();
  }
  return true;
}

// The box may die under what was sent: the copy goes only when a page without this form is shown.
export function sent(form) {
  keep(form);
  sessionStorage.setItem(SENT, keyOf(form));
}
const last = sessionStorage.getItem(SENT) ?? "";
sessionStorage.removeItem(SENT);
if (![...document.querySelectorAll("form[data-autosave]")].some((form) => keyOf(form) === last)) sessionStorage.removeItem(last);
