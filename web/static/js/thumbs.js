// Pages of paper: <ul class="thumbs" data-thumbs>. Arrows move between pages, Esc leaves. Alt+← Alt+→ Del R press the button of
// the same data-thumb-key in the page's own <li>, or, where it has none, in the element that data-thumbs names (by id).
const KEYS = { "Alt+ArrowLeft": "left", "Alt+ArrowRight": "right", Delete: "remove", r: "rotate", R: "rotate" };
const pages = (list) => [...list.querySelectorAll(":scope > li > a.thumb, :scope > li > button.thumb")];

function press(list, thumb, wanted) {
  const inside = thumb.closest("li").querySelector(`[data-thumb-key=${wanted}]`);
  const button = inside ?? document.getElementById(list.dataset.thumbs)?.querySelector(`[data-thumb-key=${wanted}]`);
  if (button && !button.disabled) button.click();
}

document.addEventListener("keydown", (event) => {
  const list = event.target.closest?.("[data-thumbs]"), thumb = event.target.closest?.(".thumb");
  if (!list || !thumb || event.ctrlKey || event.isComposing) return;
  const wanted = KEYS[(event.altKey ? "Alt+" : "") + event.key];
  const all = pages(list), at = all.indexOf(thumb);
  const to = event.altKey ? undefined : { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
  if (wanted) { event.preventDefault(); press(list, thumb, wanted); }
  else if (to !== undefined) { event.preventDefault(); all[Math.min(Math.max(to, 0), all.length - 1)]?.focus(); }
  else if (event.key === "Escape") thumb.blur();
});
