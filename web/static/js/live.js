// Asks /live what changed and fires `live:<topic>` on <body>. Topics stand in data-live="inbox sync"; data-live-fast on a page
// (scanning, signing) asks every second. Fires `motcua:knock` with 401 or 423 when the session ended or is locked.
import { say } from "./say.js";
const EVERY_MS = 2000, FAST_MS = 1000, HIDDEN_MS = 30000, SLOWEST_MS = 30000, LOST_AFTER_MS = 5000;
const me = document.body.dataset.officer;
let tag = null, failures = 0, lostSince = 0, timer = 0, active = false;

const topics = () => [...new Set([...document.querySelectorAll("[data-live]")].flatMap((e) => e.dataset.live.split(/\s+/)))].sort();
for (const kind of ["keydown", "pointerdown"]) addEventListener(kind, () => { active = true; }, { capture: true, passive: true });

function delay() {
  const base = document.hidden ? HIDDEN_MS : document.querySelector("[data-live-fast]") ? FAST_MS : EVERY_MS;
  return Math.min(base * 2 ** failures, SLOWEST_MS) * (0.8 + Math.random() * 0.4);
}

function lost(isLost) {
  const banner = document.getElementById("connection");
  lostSince = isLost ? lostSince || Date.now() : 0;
  if (banner) banner.hidden = !lostSince || Date.now() - lostSince < LOST_AFTER_MS;
}

function drawn(topic, now) { // the oldest version that an element shows (data-live-n, beside data-live); it is told once
  let oldest = now;
  for (const e of document.querySelectorAll("[data-live-n]")) {
    const at = e.dataset.live.split(" ").indexOf(topic), shown = e.dataset.liveN.split(" ");
    if (at < 0) continue;
    oldest = Math.min(oldest, +shown[at]);
    shown[at] = now;
    e.dataset.liveN = shown.join(" ");
  }
  return oldest;
}

async function ask() {
  const headers = active ? {} : { "X-Background": "1" };
  if (tag) headers["If-None-Match"] = tag;
  active = false;
  const answer = await fetch(`/live?t=${encodeURIComponent(topics().join(","))}`, { headers, cache: "no-store", signal: AbortSignal.timeout(8000) });
  if (answer.status === 401 || answer.status === 423) return dispatchEvent(new CustomEvent("motcua:knock", { detail: answer.status }));
  if (answer.status === 304) return;
  if (!answer.ok) throw new Error(answer.status);
  tag = answer.headers.get("ETag");
  const { officer, topics: versions } = await answer.json();
  if (officer !== me) return dispatchEvent(new CustomEvent("motcua:knock", { detail: 401 }));
  for (const [topic, n] of Object.entries(versions)) {
    if (drawn(topic, n) !== n) htmx.trigger(document.body, `live:${topic}`);
  }
}

async function round() {
  try { await ask(); failures = 0; lost(false); } catch { failures = Math.min(failures + 1, 4); lost(true); }
  // While the line is away the banner must appear on time, so the first retries stay quick.
  timer = setTimeout(round, lostSince && Date.now() - lostSince < LOST_AFTER_MS ? 1500 : delay());
}

if (me) {
  document.addEventListener("submit", (event) => { // a form sent into nothing would be lost with its page
    if (!lostSince || event.defaultPrevented || event.target.method === "dialog") return;
    event.preventDefault();
    lostSince -= LOST_AFTER_MS;
    lost(true);
    say("Chưa gửi được: mất kết nối tới máy chủ. Nội dung còn nguyên.", true);
    soon();
  }, true);
  const soon = () => { clearTimeout(timer); timer = setTimeout(round, 0); };
  document.body.addEventListener("htmx:afterOnLoad", () => { if (lostSince) soon(); }); // the box answered somebody: it is back
  document.addEventListener("visibilitychange", () => { clearTimeout(timer); timer = setTimeout(round, document.hidden ? HIDDEN_MS : 0); });
  document.body.addEventListener("htmx:configRequest", (event) => {
    const kind = event.detail.triggeringEvent?.type ?? "";
    if (!kind || kind.startsWith("live:")) event.detail.headers["X-Background"] = "1"; // the page asks, not a person
  });
  document.body.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    if (status === 401 || status === 423) dispatchEvent(new CustomEvent("motcua:knock", { detail: status }));
  });
  round();
}
