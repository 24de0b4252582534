// Sends a bundle in pieces: a large one passes the bounds of one request, and the bar tells the truth. Without scripts the form itself
// sends a small one.
import { say } from "./say.js";

const PIECE = 16 * 1024 * 1024;
const form = document.querySelector("form[data-pieces]");

form?.addEventListener("submit", async (event) => {
  const file = form.querySelector("[type=file]").files[0];
  if (!file?.size) return;
  event.preventDefault();
  const bar = form.querySelector("progress"), buttons = document.querySelectorAll("button[type=submit]");
  bar.hidden = false;
  buttons.forEach((button) => { button.disabled = true; });
  say("Đang tải gói lên.");
  const next = await send(file, bar);
  if (next) return location.assign(next);
  bar.hidden = true;
  buttons.forEach((button) => { button.disabled = false; });
});

async function send(file, bar) {
  const address = form.dataset.pieces.replace(/[^/]+$/, crypto.randomUUID());
  for (let at = 0; at < file.size; at += PIECE) {
    const answer = await fetch(`${address}?at=${at}&of=${file.size}`, {
      method: "PUT",
      headers: { "Content-Type": "application/octet-stream", "X-CSRFToken": form.elements.csrf_token.value },
      body: file.slice(at, at + PIECE),
    }).catch(() => null);
    const said = await answer?.json().catch(() => null);
    if (!answer?.ok) return tell(said?.words ?? "Không tải lên được. Chưa thay đổi gì. Kiểm tra kết nối rồi thử lại.");
    bar.value = Math.min(1, (at + PIECE) / file.size);
    if (said?.next) return said.next;
  }
}

function tell(words) {
  const field = form.querySelector(".field:has([type=file])");
  let line = document.getElementById("file-err");
  if (!line) {
    line = document.createElement("p");
    line.className = "err";
    line.id = "file-err";
    field.querySelector("label").after(line);
  }
  line.textContent = `Lỗi: ${words}`;
  const input = field.querySelector("input");
  input.setAttribute("aria-invalid", "true");
  input.setAttribute("aria-describedby", "file-err");
  input.focus();
  say(words, true);
}
