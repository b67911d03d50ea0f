"use strict";

/* More rows for the table of information items. Without scripts the form shows some empty rows. */
ckan.module("nx-item-table", function () {
  return {
    options: { addLabel: "Add rows" },

    initialize: function () {
      var button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-default btn-sm";
      button.textContent = this.options.addLabel;
      button.addEventListener("click", this._add.bind(this));
      this.el[0].appendChild(button);
    },

    _add: function () {
      var body = this.el[0].querySelector("tbody");
      for (var added = 0; added < 5; added++) {
        var number = body.rows.length;
        var row = body.rows[number - 1].cloneNode(true);
        row.querySelector(".nx-row-number").textContent = number + 1;
        row.querySelectorAll(".error-block").forEach(function (message) { message.remove(); });
        row.querySelectorAll("input, select").forEach(function (cell) {
          cell.name = cell.name.replace(/-\d+-/, "-" + number + "-");
          cell.id = "field-" + cell.name;
          cell.value = "";
          cell.removeAttribute("aria-invalid");
          cell.removeAttribute("aria-describedby");
          cell.setAttribute("aria-label", cell.getAttribute("aria-label").replace(/^\d+/, number + 1));
          cell.parentNode.classList.remove("error");
        });
        body.appendChild(row);
      }
    }
  };
});

/* A code list with levels: one select a level, instead of one long select with indented entries. */
ckan.module("nx-cascade", function () {
  return {
    initialize: function () {
      var whole = this.el[0];
      var entries = Array.prototype.map.call(whole.options, function (option) {
        return { code: option.value, label: option.text.trim(), parent: option.dataset.parent || "" };
      }).filter(function (entry) { return entry.code; });
      var box = document.createElement("div");
      box.className = "nx-cascade d-flex flex-wrap gap-2";
      whole.hidden = true;
      whole.after(box);
      var label = document.querySelector('label[for="' + whole.id + '"]');

      var draw = function () {
        var path = [];
        for (var code = whole.value; code; code = (entries.find(function (e) { return e.code === code; }) || {}).parent) {
          path.unshift(code);
        }
        box.replaceChildren();
        for (var level = 0; level <= path.length; level++) {
          var parent = level ? path[level - 1] : "";
          var below = entries.filter(function (entry) { return entry.parent === parent; });
          if (!below.length) { break; }
          var select = document.createElement("select");
          select.className = "form-control form-select w-auto";
          select.setAttribute("aria-label", (label ? label.textContent.trim() : "") + " " + (level + 1));
          select.add(new Option("", parent));
          below.forEach(function (entry) { select.add(new Option(entry.label, entry.code)); });
          if (path[level]) { select.value = path[level]; }
          select.addEventListener("change", function (event) {
            whole.value = event.target.value;
            draw();
            whole.dispatchEvent(new Event("change", { bubbles: true }));
          });
          box.appendChild(select);
        }
      };
      draw();
    }
  };
});
