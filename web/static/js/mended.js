// A field that stood in error and was changed is struck off the summary. Nothing moves: the press that left the field must hit.
// What is still wrong is said by the next check.
const summary = document.getElementById("errors");

function mended({ target }) {
  const field = target.closest("fieldset[id]") ?? target;
  const line = field.id && summary.querySelector(`a[href="#${CSS.escape(field.id)}"]`)?.closest("li");
  if (!line) return;
  line.classList.add("is-mended");
  field.removeAttribute("aria-invalid");
  document.getElementById(`${field.id}-err`)?.classList.add("is-mended");
  const left = summary.querySelectorAll("li:not(.is-mended)").length;
  summary.classList.toggle("is-mended", !left);
  summary.querySelector("h2 span").textContent = left ? `Còn ${left} lỗi cần sửa` : "Đã sửa các ô báo lỗi. Bấm F9 để kiểm tra lại.";
}

if (summary) document.addEventListener("change", mended);
