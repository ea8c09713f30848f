/* The place in a lesson: kept on the server as one reads, found again on the next visit. Reading works without it. */
"use strict";

(() => {
  const text = document.querySelector("[data-keep]");
  if (!text) return;
  const token = document.querySelector("form input[name=csrf_token]").value;
  const said = document.querySelector("[data-kept]");
  const OFFSET = 8;
  let kept = Number(text.dataset.place);
  let timer = null;

  const top = () => text.getBoundingClientRect().top + window.scrollY;

  function place() {
    const read = window.scrollY + OFFSET - top();
    return Math.max(0, Math.min(100, Math.round((100 * read) / text.offsetHeight)));
  }

  if (kept > 0 && kept < 100 && !window.location.hash) {
    const go = () => window.scrollTo({ top: top() + (kept / 100) * text.offsetHeight - OFFSET, behavior: "instant" });
    go();
    window.addEventListener("load", go, { once: true }); // once more when fonts and pictures have their heights
  }

  async function keep() {
    clearTimeout(timer);
    const percent = place();
    if (percent === kept) return;
    const before = kept;
    kept = percent;
    const body = new URLSearchParams({ percent });
    try {
      const answer = await fetch(text.dataset.keep, {
        method: "POST", body, keepalive: true, headers: { "X-CSRFToken": token, "X-Requested-With": "fetch" },
      });
      if (!answer.ok) throw new Error(String(answer.status));
      const now = new Date().toLocaleTimeString("vi-VN", {
        hour: "2-digit", minute: "2-digit", timeZone: "Asia/Ho_Chi_Minh",
      });
      said.textContent = `${said.dataset.words} ${now}`;
    } catch {
      kept = before; // the next stop of the scroll tries again
      if (!navigator.onLine) said.textContent = said.dataset.offline;
    }
  }

  window.addEventListener("scroll", () => {
    clearTimeout(timer);
    timer = setTimeout(keep, 1200);
  }, { passive: true });
  document.addEventListener("visibilitychange", () => { if (document.hidden) keep(); });
  window.addEventListener("pagehide", keep);
  window.addEventListener("online", keep);
})();
