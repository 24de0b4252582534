// What every page runs. Each module looks for its own data attributes and does nothing where there are none.
import "./live.js";
import "./lock.js";
import "./keys.js";
import "./palette.js";
import "./forget.js";
import "./draft.js";
import "./combobox.js";
import "./scanfield.js";
import "./table.js";
import "./thumbs.js";
import "./toast.js";
import "./mended.js";

document.querySelector("[data-focus]")?.focus(); // summary of errors
document.addEventListener("change", (event) => {
  const field = document.getElementById(event.target.dataset?.showPassword ?? "");
  if (field) field.type = event.target.checked ? "text" : "password";
});
