// Type to find (ARIA list box): <div data-combobox="/url"> with input, list, hidden value.
// The server answers ?q= with options; choosing fires `change`.
const WAIT_MS = 120;

class Combobox {
  constructor(root) {
    this.url = root.dataset.combobox;
    this.input = root.querySelector("[role=combobox]");
    this.list = root.querySelector("[role=listbox]");
    this.value = root.querySelector("input[type=hidden]");
    this.words = this.input.value;
    this.asked = 0;
    this.meant = "";
    this.input.addEventListener("input", () => { clearTimeout(this.timer); this.timer = setTimeout(() => this.ask(), WAIT_MS); });
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("focus", () => this.input.select());
    this.input.addEventListener("blur", () => { this.close(); this.input.value = this.words; });
    this.list.addEventListener("pointerdown", (event) => { event.preventDefault(); this.take(event.target.closest("[role=option]")); });
  }
  options() { return [...this.list.querySelectorAll("[role=option]")]; }
  async ask() {
    const mine = ++this.asked, query = this.input.value.trim();
    const joint = this.url.includes("?") ? "&" : "?";
    const answer = await fetch(`${this.url}${joint}q=${encodeURIComponent(query)}`).catch(() => null);
    if (mine !== this.asked || !answer?.ok) return;
    this.list.innerHTML = await answer.text();
    this.list.dataset.for = query;
    this.options().forEach((option, i) => { option.id = `${this.list.id}-${i}`; });
    this.list.hidden = !this.options().length;
    this.input.setAttribute("aria-expanded", String(!this.list.hidden));
    this.at(0);
    const meant = this.meant;
    this.meant = "";
    if (meant && this.options()[0]?.dataset.value === meant) this.take(this.options()[0]);
  }
  isFresh() { return this.list.dataset.for === this.input.value.trim(); }
  at(index) {
    const options = this.options(), next = options[Math.min(Math.max(index, 0), options.length - 1)];
    for (const option of options) option.setAttribute("aria-selected", String(option === next));
    next?.scrollIntoView({ block: "nearest" });
    if (next) this.input.setAttribute("aria-activedescendant", next.id); else this.input.removeAttribute("aria-activedescendant");
    this.index = options.indexOf(next);
  }
  key(event) {
    if (event.isComposing) return;
    const isOpen = !this.list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (isOpen) this.at(this.index + (event.key === "ArrowDown" ? 1 : -1)); else this.ask();
    } else if (event.key === "Enter" && isOpen && this.isFresh()) { event.preventDefault(); this.take(this.options()[this.index]); }
    else if (event.key === "Enter" && this.input.value !== this.words) {
      event.preventDefault();
      clearTimeout(this.timer);
      // The list answers older words: its top is taken only if it is on top for the new ones too.
      this.meant = isOpen ? this.options()[this.index]?.dataset.value : "";
      this.ask();
    }
    else if (event.key === "Escape" && isOpen) { event.preventDefault(); event.stopPropagation(); this.close(); }
    else if (event.key === "Tab" && isOpen && this.isFresh() && this.input.value !== this.words) this.take(this.options()[this.index]);
  }
  take(option) {
    if (!option || option.getAttribute("aria-disabled") === "true") return;
    this.words = this.input.value = option.dataset.words;
    this.value.value = option.dataset.value;
    this.close();
    this.value.dispatchEvent(new Event("change", { bubbles: true }));
  }
  close() {
    this.asked++;
    clearTimeout(this.timer);
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}

const start = (top) => top.querySelectorAll?.("[data-combobox]").forEach((root) => { if (!root.dataset.ready) { root.dataset.ready = "1"; new Combobox(root); } });
start(document);
document.addEventListener("htmx:load", (event) => start(event.detail.elt));
