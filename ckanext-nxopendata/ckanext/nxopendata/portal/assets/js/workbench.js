// What the handlers in the markup of CKAN's own pages do, which the Content-Security-Policy refuses.
(function () {
  "use strict";

  function at(id) { return document.getElementById(id); }

  function toggleRevoke() {
    var button = at("revoke-tokens-button");
    if (button) button.disabled = !document.querySelector("[name=token]:checked");
  }

  // The file of a dataset: chosen from the computer, given as an address, or taken away again.
  function uploadField(button) {
    if (button.id === "resource-upload-button") {
      at("resource-url-upload").checked = true;
      at("field-resource-upload").click();
    } else if (button.id === "resource-link-button") {
      at("resource-url-link").checked = true;
      at("field-resource-url").focus();
    } else if (button.parentNode.querySelector("input[readonly]")) {
      at("field-clear-upload").checked = true;
      at("field-resource-upload").focus();
    } else {
      at("resource-url-none").checked = true;
      (at("resource-upload-button") || at("resource-link-button")).focus();
      button.parentNode.querySelector("input").value = "";
    }
  }

  document.addEventListener("click", function (event) {
    var target = event.target;
    if (target.closest("a[data-inline-href], input[type=checkbox][readonly]")) event.preventDefault();
    var button = target.closest(".resource-upload-field button[data-inline-onclick]");
    if (button) uploadField(button);
    if (target.closest("#refit-button")) window.fitColText();
  });
  document.addEventListener("change", function (event) {
    if (event.target.matches("[name=token]")) toggleRevoke();
  });
  document.addEventListener("htmx:afterRequest", toggleRevoke);

  // A step with effect says what it does and asks once more; without JavaScript the page says it beside the button.
  document.addEventListener("click", function (event) {
    var button = event.target.closest("button[data-nx-confirm]");
    if (!button || button.dataset.nxConfirmed || !window.HTMLDialogElement) return;
    if (!button.form.reportValidity()) return event.preventDefault();
    event.preventDefault();
    var dialog = document.createElement("dialog"), text = document.createElement("p"), row = document.createElement("p");
    dialog.className = "nx-confirm";
    text.id = "nx-confirm-text";
    text.textContent = button.dataset.nxConfirm;
    dialog.setAttribute("aria-labelledby", text.id);
    [[button.textContent.trim(), "btn btn-primary", true], [button.dataset.nxCancel, "btn btn-secondary", false]].forEach(function (choice) {
      var made = document.createElement("button");
      made.type = "button";
      made.textContent = choice[0];
      made.className = choice[1];
      made.addEventListener("click", function () {
        dialog.close();
        if (!choice[2]) return button.focus();
        button.dataset.nxConfirmed = "yes";
        button.form.requestSubmit(button);
      });
      row.append(made, " ");
    });
    dialog.append(text, row);
    dialog.addEventListener("close", function () { dialog.remove(); });
    document.body.appendChild(dialog);
    dialog.showModal();
  });
})();
