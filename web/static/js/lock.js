// The lock over the page: what was typed stays; a password opens it. Warns two minutes before the box would lock.
import { say } from "./say.js";
const WARN_AFTER_MS = 8 * 60000, SEEN = "motcua-seen";
const dialog = document.getElementById("locked"), form = document.getElementById("unlock-form"), lockForm = document.getElementById("lock-form");

function show() {
  if (dialog.open) return;
  for (const other of document.querySelectorAll("dialog[open]")) other.close();
  dialog.showModal();
  form.elements.password.focus();
}

async function post(to, body) {
  return fetch(to, { method: "POST", body, headers: { "X-Keep-Page": "1" } });
}

async function unlock(event) {
  event.preventDefault();
  const error = document.getElementById("unlock-error");
  const answer = await post(form.action, new FormData(form)).catch(() => null);
  form.elements.password.value = "";
  if (answer?.ok) { error.hidden = true; dialog.close(); return say("Đã mở khóa."); }
  const words = answer?.status === 422 ? (await answer.json()).error : "Chưa kết nối được máy chủ. Thử lại.";
  error.querySelector("span").textContent = `Lỗi: ${words}`;
  error.hidden = false;
  form.elements.password.focus();
}

async function lock(event) {
  event.preventDefault();
  const answer = await post(lockForm.action, new FormData(lockForm)).catch(() => null);
  if (answer?.ok) show(); else say("Chưa khóa được màn hình. Thử lại.", true);
}

function note() { try { localStorage.setItem(SEEN, Date.now()); } catch { /* storage off: the box still locks by itself */ } }

function warn() {
  const idle = Date.now() - Number(localStorage.getItem(SEEN) ?? Date.now());
  const shown = document.querySelector("[data-stays]");
  if (idle < WARN_AFTER_MS || dialog.open) return shown?.remove();
  if (!shown) document.getElementById("toasts").append(document.getElementById("idle-template").content.cloneNode(true));
}

if (dialog) {
  addEventListener("motcua:knock", show);
  dialog.addEventListener("cancel", (event) => event.preventDefault()); // Esc does not unlock
  form.addEventListener("submit", unlock);
  lockForm.addEventListener("submit", lock);
  let last = 0;
  for (const kind of ["keydown", "pointerdown"]) addEventListener(kind, () => { if (Date.now() - last > 5000) { last = Date.now(); note(); warn(); } }, { capture: true, passive: true });
  note();
  setInterval(warn, 10000);
}
