// One page of paper, large: ← and → go to the page before and after. The paper itself has focus, so that ↑ ↓ scroll it.
document.getElementById("large")?.focus({ preventScroll: true });
document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.shiftKey || document.querySelector("dialog[open]")) return;
  if (event.target.closest?.("input,textarea,select,[data-thumbs]")) return; // the row of small pages has arrows of its own
  const to = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
  const link = to && document.querySelector(`a[rel=${to}]`);
  if (link) { event.preventDefault(); link.click(); }
});
