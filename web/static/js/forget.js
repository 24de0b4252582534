// What a tab kept of unsaved drafts goes when its officer logs out, and when somebody else works in it.
const ALL = "motcua-draft:", officer = document.body.dataset.officer;
function forget(keep) {
  Object.keys(sessionStorage).filter((key) => key.startsWith(ALL) && !keep(key)).forEach((key) => sessionStorage.removeItem(key));
}
if (officer) forget((key) => key.startsWith(`${ALL}${officer}:`));
document.querySelector("[data-logout]")?.addEventListener("submit", () => forget(() => false));
