// Good news and undo, never an error. Goes after six seconds unless the pointer or focus is on it.
// Server: HX-Trigger: {"toast": "Đã in giấy hẹn."}. Script: import { toast } from "./toast.js".
const STAYS_MS = 6000;

function goLater(element) {
  if (element.dataset.stays !== undefined) return;
  const timer = setInterval(() => {
    if (element.matches(":hover,:focus-within")) return;
    clearInterval(timer);
    element.remove();
  }, STAYS_MS);
}

export function toast(words) {
  const template = document.getElementById("toast-template");
  if (!template) return;
  const element = template.content.firstElementChild.cloneNode(true);
  element.querySelector("span").textContent = words;
  document.getElementById("toasts").append(element);
  goLater(element);
}

document.querySelectorAll("#toasts .toast").forEach(goLater);
document.body.addEventListener("toast", (event) => toast(event.detail.value ?? event.detail));
