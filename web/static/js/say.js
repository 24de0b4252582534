// The two live regions of a page: quiet news and failures.
export function say(words, loud = false) {
  const region = document.getElementById(loud ? "alert" : "polite");
  if (!region) return;
  region.textContent = "";
  setTimeout(() => { region.textContent = words; }, 50); // an emptied region announces the same words again
}
