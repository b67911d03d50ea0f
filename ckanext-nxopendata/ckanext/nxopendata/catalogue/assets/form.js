"use strict";

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
      whole.addEventListener("nx-restored", draw);
    }
  };
});
