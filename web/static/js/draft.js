// <form data-autosave="/nhap/7"> is posted there 0.8 s after typing and when a field is left.
// The answer is JSON: {"saved_at": "09:15:32"}, or 409 and 422 {"error": "…"}; the form hears it as `motcua:saved`, `motcua:refused`.
// What could not be saved waits in sessionStorage until the page is opened again.
import { say } from "./say.js";
const AFTER_MS = 800, RETRY_MS = 4000, ANSWER_MS = 8000, SAYS = [200, 409, 422], PREFIX = `motcua-draft:${document.body.dataset.officer}:`, SENT = "motcua-sent", NEVER = ["csrf_token", "password", "pin"];

function fields(form) { return [...new FormData(form)].filter(([name, value]) => !NEVER.includes(name) && typeof value === "string"); }

class Draft {
  constructor(form) {
    Object.assign(this, { form, key: PREFIX + form.dataset.autosave, timer: 0, busy: false, dirty: false });
    this.line = document.getElementById("saved");
    this.restore();
    form.addEventListener("input", () => this.later(AFTER_MS));
    form.addEventListener("change", () => this.later(50));
    form.addEventListener("submit", (event) => this.submitted(event));
    addEventListener("motcua:save", () => this.later(0));
    addEventListener("pagehide", () => { if (this.dirty && !this.gone) this.keep(); });
  }
  later(ms) {
    this.dirty = true;
    this.keep();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), ms);
  }
  keep() { try { sessionStorage.setItem(this.key, JSON.stringify(fields(this.form))); } catch { /* full: the box still has the last save */ } }
  // The box may die under what was sent: the copy goes only when a page without this form is shown.
  sent() {
    this.gone = true;
    clearTimeout(this.timer);
    this.keep();
    sessionStorage.setItem(SENT, this.key);
  }
  restore() {
    const kept = sessionStorage.getItem(this.key);
    if (!kept) return;
    const values = new Map();
    for (const [name, value] of JSON.parse(kept)) values.set(name, [...(values.get(name) ?? []), value]);
    for (const e of this.form.elements) {
      if (!e.name || NEVER.includes(e.name) || e.type === "file") continue;
      const given = values.get(e.name) ?? [];
      if (e.type === "checkbox" || e.type === "radio") e.checked = given.includes(e.value);
      else if (given.length) e.value = given.shift();
    }
    this.later(0);
  }
  // One save at a time, and what was asked without an answer is asked again before anything newer: the box would take this page
  // for a second window.
  async save() {
    if (this.busy || this.gone) return;
    this.busy = true;
    if (!this.asked) Object.assign(this, { asked: new FormData(this.form), dirty: false });
    const [status, said] = await this.ask();
    this.busy = false;
    if (status && status < 500) this.asked = null;
    if (status === 200) this.saved(said);
    else this.unsaved(status, said);
    this.press?.();
  }
  ask() {
    const options = { method: "POST", body: this.asked, signal: AbortSignal.timeout(ANSWER_MS) };
    return fetch(this.form.dataset.autosave, options).then(async (a) => [a.status, SAYS.includes(a.status) ? await a.json() : {}]).catch(() => [0, {}]);
  }
  unsaved(status, said) {
    if (status === 401 || status === 423) dispatchEvent(new CustomEvent("motcua:knock", { detail: status }));
    if (said.error) this.tell("motcua:refused", said);
    else this.timer = setTimeout(() => this.save(), RETRY_MS);
    this.failed(said.error ?? "Chưa lưu được nháp. Đang thử lại…");
  }
  // A form that is sent while a save is on its way goes after it.
  submitted(event) {
    if (event.defaultPrevented) return;
    if (!this.busy) return this.sent();
    event.preventDefault();
    this.press = () => { this.press = null; this.form.requestSubmit(event.submitter); };
  }
  tell(kind, detail) { this.form.dispatchEvent(new CustomEvent(kind, { bubbles: true, detail })); }
  saved(answer) {
    this.tell("motcua:saved", answer);
    if (this.dirty) return this.later(AFTER_MS);
    sessionStorage.removeItem(this.key);
    this.show("saved", `Đã lưu nháp ${answer.saved_at}`);
  }
  failed(words) { this.dirty = true; this.show("saved c-bad", words); say(words, true); }
  show(className, textContent) { if (this.line) Object.assign(this.line, { className, textContent }); }
}

const sent = sessionStorage.getItem(SENT) ?? "";
sessionStorage.removeItem(SENT);
if (![...document.querySelectorAll("form[data-autosave]")].some((form) => PREFIX + form.dataset.autosave === sent)) sessionStorage.removeItem(sent);
const start = (top) => top.querySelectorAll?.("form[data-autosave]:not([data-drafted])").forEach((form) => { form.dataset.drafted = "1"; new Draft(form); });
document.addEventListener("htmx:load", (event) => start(event.detail.elt));
start(document);
