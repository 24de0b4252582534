// A field that stood in error and was changed: its line of the summary and its own words go. What is still wrong is said by the next check.
const summary = document.getElementById("errors");

function mended({ target }) {
  const field = target.closest("fieldset[id]") ?? target;
  const line = field.id && summary.querySelector(`a[href="#${CSS.escape(field.id)}"]`)?.closest("li");
  if (!line) return;
  line.remove();
  field.removeAttribute("aria-invalid");
  field.closest(".field--bad")?.classList.remove("field--bad");
  document.getElementById(`${field.id}-err`)?.remove();
  const left = summary.querySelectorAll("li").length;
  summary.classList.toggle("is-mended", !left);
  summary.querySelector("h2 span").textContent = left ? `Còn ${left} lỗi cần sửa` : "Đã sửa các ô báo lỗi. Bấm F9 để kiểm tra lại.";
}

if (summary) document.addEventListener("change", mended);
