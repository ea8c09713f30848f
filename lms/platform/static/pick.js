/* Lists with boxes: pick the whole page, and say how many are picked. Without it each box is ticked by hand. */
"use strict";

for (const form of document.querySelectorAll("form[data-pick]")) {
  const all = form.querySelector("[data-pick-all]");
  const boxes = [...form.querySelectorAll("tbody input[type=checkbox]")];
  const said = form.querySelector("[data-pick-count]");
  const words = said.textContent;
  const count = () => {
    const picked = boxes.filter((box) => box.checked).length;
    said.textContent = picked ? `${words}: ${picked}` : words;
    all.checked = picked > 0 && picked === boxes.length;
    for (const box of boxes) box.closest("tr").classList.toggle("is-picked", box.checked);
  };
  all.hidden = boxes.length === 0;
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    count();
  });
  form.addEventListener("change", count);
  count();
}
