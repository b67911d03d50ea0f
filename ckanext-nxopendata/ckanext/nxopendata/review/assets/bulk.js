// The list of cases: one box ticks the page, and the bar says how many are chosen. Without this all works by the boxes.
(function () {
  "use strict";
  const form = document.querySelector("[data-nx-bulk]");
  if (!form) return;
  const rows = [...form.querySelectorAll("input[name=ids]")];
  const whole = form.querySelector("[data-nx-bulk-page]");
  const everything = form.querySelector("input[name=everything]");
  const told = form.querySelector("[data-nx-bulk-number]");
  const buttons = [...form.querySelectorAll("button[name=action]")];

  function show() {
    const all = everything && everything.checked;
    const number = all ? Number(everything.dataset.nxCount) : rows.filter((box) => box.checked).length;
    if (whole) {
      whole.closest("label").hidden = false;
      whole.checked = rows.length > 0 && rows.every((box) => box.checked);
      whole.indeterminate = !whole.checked && rows.some((box) => box.checked);
    }
    told.textContent = told.dataset.nxBulkNumber.replace("{number}", number);
    buttons.forEach((button) => { button.disabled = number === 0; });
  }

  form.addEventListener("change", (event) => {
    if (event.target === whole) rows.forEach((box) => { box.checked = whole.checked; });
    if (event.target === everything) rows.forEach((box) => { box.checked = everything.checked; });
    if (event.target.name === "ids" && !event.target.checked && everything) everything.checked = false;
    show();
  });
  show();
}());
