/* What makes pages quicker. Every core task works without it. */
"use strict";

document.documentElement.classList.add("js");

/* A closed menu when one clicks elsewhere or presses Escape. */
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.lms-menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.lms-menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

/* The error summary takes the focus, so that it is read first. */
const summary = document.querySelector(".lms-errsum");
if (summary) summary.focus();

/* data-print: the print button. data-show-password: the box that shows what is typed. */
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
for (const box of document.querySelectorAll("[data-show-password]")) {
  box.closest(".form-check").hidden = false;
  box.addEventListener("change", () => {
    for (const id of box.dataset.showPassword.split(" ")) {
      document.getElementById(id).type = box.checked ? "text" : "password";
    }
  });
}

/* data-file-name: show which file was chosen beside our own button. */
for (const input of document.querySelectorAll("input[type=file][data-file-name]")) {
  input.addEventListener("change", () => {
    const target = document.getElementById(input.dataset.fileName);
    target.textContent = [...input.files].map((file) => file.name).join(", ");
  });
}

/* data-submit-on-change: a filter that applies itself. */
for (const field of document.querySelectorAll("[data-submit-on-change]")) {
  field.addEventListener("change", () => field.form.requestSubmit());
}
