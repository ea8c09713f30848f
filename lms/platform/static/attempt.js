/* The paper: the clock counts down, each answer is saved as it is given, nothing is lost when the line breaks.
   Everything works without it: the buttons save too. */
"use strict";

(() => {
  /* Clock: the server says how many seconds are left; a local clock that is wrong does not matter. */
  const timer = document.querySelector("[data-seconds-left]");
  if (timer) {
    const end = performance.now() + 1000 * Number(timer.dataset.secondsLeft);
    const said = document.querySelector("[data-clock-said]");
    const words = { 300: "Còn 5 phút", 60: "Còn 1 phút" };
    let announced = Number(timer.dataset.secondsLeft);
    const tick = () => {
      const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
      timer.textContent = `${Math.floor(left / 60)} phút ${String(left % 60).padStart(2, "0")} giây`;
      for (const mark of [300, 60]) {
        if (left <= mark && announced > mark) said.textContent = words[mark];
      }
      announced = left;
      if (left > 0) return;
      clearInterval(ticking);
      const form = document.querySelector("[data-answer]");
      const over = form ? form.dataset.over : window.location.href;
      (form && dirty(form) ? save() : Promise.resolve()).finally(() => window.location.assign(over));
    };
    const ticking = setInterval(tick, 1000);
  }

  const form = document.querySelector("[data-answer]");
  if (!form) return;
  const status = document.querySelector("[data-saved]");
  const line = status.querySelector("span");
  const WAITING = "bai-lam-cho-gui"; // answers that could not be sent yet: address → body, for this tab
  const token = form.querySelector("[name=csrf_token]").value;
  let state = read(form);
  let retry = null;
  let wait = 1000;

  for (const part of document.querySelectorAll(".lms-next [data-words]")) {
    part.querySelector("span").textContent = part.dataset.words;
  }

  function read(from) {
    const values = new URLSearchParams(new FormData(from));
    values.delete("csrf_token");
    return values.toString();
  }

  function dirty(from) {
    return read(from) !== state;
  }

  function waiting() {
    try {
      return JSON.parse(sessionStorage.getItem(WAITING)) || {};
    } catch {
      return {};
    }
  }

  function remember(address, body) {
    const all = waiting();
    if (body === null) delete all[address];
    else all[address] = body;
    sessionStorage.setItem(WAITING, JSON.stringify(all));
  }

  function say(words, trouble) {
    line.textContent = words;
    status.classList.toggle("is-trouble", Boolean(trouble));
  }

  /* Send one answer; true when the server has it, or will never take it. */
  async function send(address, body) {
    let answer;
    try {
      answer = await fetch(address, {
        method: "POST", body: new URLSearchParams(body), headers: { "X-CSRFToken": token, "X-Requested-With": "fetch" },
      });
    } catch {
      say(status.dataset.offline, true);
      return false;
    }
    if (answer.ok && !answer.redirected) {
      const told = await answer.json();
      say(`${status.dataset.done} ${told.saved_at}`);
      return true;
    }
    if (answer.status === 409 || answer.status === 422) {
      say((await answer.json()).error, true);
      if (answer.status === 409) window.location.assign(form.dataset.over);
      return true;
    }
    say(status.dataset.failed, true);
    return false;
  }

  /* One at a time and in order, so that an older answer never overwrites a newer one. */
  let queue = Promise.resolve();
  function save() {
    const body = read(form);
    remember(form.action, body);
    queue = queue.then(flush);
    return queue;
  }

  async function flush() {
    clearTimeout(retry);
    for (const [address, body] of Object.entries(waiting())) {
      if (address === form.action) say(status.dataset.saving);
      if (!(await send(address, body))) {
        retry = setTimeout(() => { queue = queue.then(flush); }, wait);
        wait = Math.min(2 * wait, 15000);
        return false;
      }
      wait = 1000;
      if (waiting()[address] === body) remember(address, null);
      if (address === form.action) {
        state = body;
        mark(body);
      }
    }
    return true;
  }

  /* The square in the palette follows what was saved. */
  function mark(body) {
    const values = new URLSearchParams(body);
    values.delete("xem_lai");
    const square = document.querySelector(".lms-palette [aria-current]");
    square.classList.toggle("is-done", [...values.values()].some((value) => value.trim() !== ""));
    document.querySelector("[data-answered]").textContent = document.querySelectorAll(".lms-palette .is-done").length;
  }

  /* Two items cannot have one number: the other one takes the number that became free. */
  const order = form.querySelector("[data-order]");
  if (order) {
    const selects = [...order.querySelectorAll("select")];
    for (const select of selects) {
      select.dataset.before = select.value;
      select.addEventListener("change", () => {
        const other = selects.find((one) => one !== select && one.value === select.value && one.value !== "");
        if (other) {
          other.value = select.dataset.before;
          other.dataset.before = other.value;
        }
        select.dataset.before = select.value;
      });
    }
  }

  form.addEventListener("change", save);
  form.addEventListener("input", (event) => {
    if (event.target.type !== "text") return;
    clearTimeout(form.typing);
    form.typing = setTimeout(save, 800);
  });
  window.addEventListener("online", () => { queue = queue.then(flush); });
  if (Object.keys(waiting()).length) queue = queue.then(flush);

  /* The buttons: save what is not saved, then go on; when the line is broken, stay here with everything typed. */
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    clearTimeout(form.typing);
    const to = event.submitter ? event.submitter.value : form.querySelector("[name=den]").value;
    const saved = dirty(form) ? await save() : true;
    if (saved && !status.classList.contains("is-trouble")) window.location.assign(new URL(to, form.action));
  });
})();
