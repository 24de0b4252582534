// <form data-autosave="/nhap/7"> is posted there 0.8 s after typing and when a field is left.
// The answer is JSON: {"saved_at": "09:15:32"}, or 409 and 422 {"error": "…"}; the form hears it as `motcua:saved`, `motcua:refused`.
// What could not be saved waits in sessionStorage until the page is opened again.
import { drop, keep, restore, sent } from "./draft_copy.js";
import { say } from "./say.js";
const AFTER_MS = 800, RETRY_MS = 4000, ANSWER_MS = 8000, SAYS = [200, 409, 422];

class Draft {
  constructor(form) {
    Object.assign(this, { form, timer: 0, busy: false, dirty: false });
    this.line = document.getElementById("saved");
    form.addEventListener("input", () => this.later(AFTER_MS));
    form.addEventListener("change", () => this.later(50));
    form.addEventListener("submit", (event) => { if (!event.defaultPrevented) this.submit(event); });
    addEventListener("motcua:save", () => this.later(0));
    addEventListener("pagehide", () => { if (this.dirty && !this.gone) keep(form); });
    if (restore(form)) this.later(0);
  }
  later(ms) {
    this.dirty = true;
    keep(this.form);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), ms);
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
  submit(event) {
    document.querySelectorAll("#toasts .toast").forEach((said) => said.remove());
    if (this.busy) {
      event.preventDefault();
      this.press = () => { this.press = null; this.form.requestSubmit(event.submitter); };
      return this.show("", "Đang lưu nháp, lưu xong gửi ngay…"); // no mark of what is done
    }
    this.gone = true;
    clearTimeout(this.timer);
    sent(this.form);
  }
  tell(kind, detail) { this.form.dispatchEvent(new CustomEvent(kind, { bubbles: true, detail })); }
  saved(answer) {
    this.tell("motcua:saved", answer);
    if (this.dirty) return this.later(AFTER_MS);
    drop(this.form);
    this.show("saved", `Đã lưu nháp ${answer.saved_at}`);
  }
  failed(words) { this.dirty = true; this.show("saved c-bad", words); say(words, true); }
  show(className, textContent) { if (this.line) Object.assign(this.line, { className, textContent }); }
}

const start = (top) => top.querySelectorAll?.("form[data-autosave]:not([data-drafted])").forEach((form) => { form.dataset.drafted = "1"; new Draft(form); });
document.addEventListener("htmx:load", (event) => start(event.detail.elt));
start(document);
