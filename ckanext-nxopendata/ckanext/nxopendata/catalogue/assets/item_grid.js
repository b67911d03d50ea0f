"use strict";

/* The grid of information items. Without scripts it is a table of plain fields with some empty rows. */
ckan.module("nx-item-table", function () {
  // The cells of a text copied from a spreadsheet: tabs between cells, quotes around what has line breaks.
  function parse(text) {
    var rows = [], row = [], cell = "", quoted = false;
    for (var at = 0; at < text.length; at++) {
      var sign = text[at];
      if (quoted) {
        if (sign !== '"') { cell += sign; } else if (text[at + 1] === '"') { cell += sign; at++; } else { quoted = false; }
      } else if (sign === '"' && cell === "") { quoted = true; }
      else if (sign === "\t") { row.push(cell); cell = ""; }
      else if (sign === "\n") { row.push(cell); rows.push(row); row = []; cell = ""; }
      else if (sign !== "\r") { cell += sign; }
    }
    if (cell !== "" || row.length) { row.push(cell); rows.push(row); }
    return rows.map(function (cells) { return cells.map(function (one) { return one.trim(); }); });
  }

  function fold(text) { return text.normalize("NFKC").replace(/[\s*（(].*$/, "").toLowerCase(); }

  return {
    initialize: function () {
      this.grid = this.el[0];
      this.body = this.grid.querySelector("tbody");
      this.columns = Array.prototype.map.call(this.body.rows[0].querySelectorAll("input, select"), function (cell) {
        return cell.name.replace(/^.*-\d+-/, "");
      });
      this.labels = Array.prototype.map.call(this.body.rows[0].querySelectorAll("td"), function (cell) {
        return cell.dataset.label;
      });
      var head = this.grid.querySelector("thead tr");
      head.appendChild(document.createElement("td")).className = "nx-row-tools";
      Array.prototype.forEach.call(this.body.rows, this._addTools, this);
      var below = document.createElement("p");
      below.className = "nx-grid-below";
      this.grid.appendChild(below);
      below.appendChild(this._button(this.options.add, function () { this._focus(this._add(), 0); }));
      this.state = below.appendChild(document.createElement("span"));
      this.state.setAttribute("role", "status");
      var keys = this.grid.appendChild(document.createElement("p"));
      keys.className = "info-block";
      keys.textContent = this.options.keys;
      this._offerFiles();
      this.body.addEventListener("keydown", this._key.bind(this));
      this.body.addEventListener("paste", this._paste.bind(this));
    },

    _button: function (label, work) {
      var button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-secondary btn-sm";
      button.textContent = label;
      button.addEventListener("click", work.bind(this));
      return button;
    },

    _addTools: function (row) {
      var cell = row.appendChild(document.createElement("td"));
      cell.className = "nx-row-tools";
      [["up", "↑", function () { this._move(row, -1); }], ["down", "↓", function () { this._move(row, 1); }],
        ["remove", "✕", function () { this._remove(row); }]].forEach(function (tool) {
        var button = this._button(tool[1], tool[2]);
        button.dataset.tool = tool[0];
        cell.appendChild(button);
      }, this);
      this._number(row, Array.prototype.indexOf.call(this.body.rows, row));
    },

    // Names, ids and labels follow the place of the row.
    _number: function (row, place) {
      row.querySelector(".nx-row-number").textContent = place + 1;
      row.querySelectorAll("input, select").forEach(function (cell) {
        cell.name = cell.name.replace(/-\d+-/, "-" + place + "-");
        cell.id = "field-" + cell.name;
        cell.setAttribute("aria-label", cell.getAttribute("aria-label").replace(/^\d+/, place + 1));
      });
      row.querySelectorAll("[data-tool]").forEach(function (button) {
        button.setAttribute("aria-label", this.options[button.dataset.tool].replace("{number}", place + 1));
      }, this);
    },

    _renumber: function () {
      Array.prototype.forEach.call(this.body.rows, this._number, this);
      this.grid.dispatchEvent(new Event("change", { bubbles: true }));
    },

    _clear: function (row) {
      row.querySelectorAll(".error-block").forEach(function (message) { message.remove(); });
      row.querySelectorAll("input, select").forEach(function (cell) {
        cell.value = "";
        cell.removeAttribute("aria-invalid");
        cell.removeAttribute("aria-describedby");
        cell.parentNode.classList.remove("error");
      });
    },

    _add: function () {
      var row = this.body.rows[this.body.rows.length - 1].cloneNode(true);
      row.querySelector("td.nx-row-tools").remove();
      this._clear(row);
      this.body.appendChild(row);
      this._addTools(row);
      return row;
    },

    _cells: function (row) { return row.querySelectorAll("input, select"); },

    _focus: function (row, column) { this._cells(row)[column].focus(); },

    _tell: function (text) { this.state.textContent = text; },

    _move: function (row, by) {
      var other = by < 0 ? row.previousElementSibling : row.nextElementSibling;
      if (!other) { return; }
      var focused = document.activeElement;
      this.body.insertBefore(row, by < 0 ? other : other.nextElementSibling);
      this._renumber();
      focused.focus();
      this._tell(this.options.moved.replace("{number}", row.rowIndex));
    },

    _remove: function (row) {
      var number = row.rowIndex, next = row.nextElementSibling || row.previousElementSibling;
      if (!next) { this._clear(row); next = row; } else { row.remove(); }
      this._renumber();
      this._focus(next, 0);
      this._tell(this.options.removed.replace("{number}", number));
    },

    _key: function (event) {
      var cell = event.target.closest("input, select");
      if (!cell || event.isComposing) { return; }
      var row = cell.closest("tr"), column = Array.prototype.indexOf.call(this._cells(row), cell);
      if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
        this._move(row, event.key === "ArrowUp" ? -1 : 1);
      } else if (event.ctrlKey && event.shiftKey && event.key === "Delete") {
        this._remove(row);
      } else if (event.key === "Enter") {
        this._focus(row.nextElementSibling || this._add(), column);
      } else { return; }
      event.preventDefault();
    },

    // Put a text into a cell; false where the cell offers choices and none is called so.
    _fill: function (cell, text) {
      if (cell.tagName === "INPUT") { cell.value = text; return true; }
      var wanted = fold(text), option = Array.prototype.find.call(cell.options, function (one) {
        return one.value === text || (wanted && fold(one.text) === wanted);
      });
      cell.value = option ? option.value : "";
      return !!option;
    },

    _paste: function (event) {
      var start = event.target.closest("input, select"), text = event.clipboardData.getData("text/plain");
      if (!start || !/[\t\n]/.test(text.trim() ? text.replace(/[\r\n]+$/, "") : "")) { return; }
      event.preventDefault();
      var rows = parse(text), row = start.closest("tr");
      var first = Array.prototype.indexOf.call(this._cells(row), start);
      var places = rows[0].map(function (_, at) { return first + at; });
      // A heading that was copied too says which column is which.
      var named = rows[0].map(function (title) {
        return this.labels.findIndex(function (label) { return title && fold(label) === fold(title); });
      }, this);
      if (named.filter(function (place) { return place >= 0; }).length >= Math.max(2, rows[0].length / 2)) {
        places = named;
        rows.shift();
      }
      var unknown = 0;
      rows.forEach(function (cells) {
        row = row || this._add();
        cells.forEach(function (value, at) {
          var cell = this._cells(row)[places[at]];
          if (places[at] >= 0 && cell && !this._fill(cell, value)) { unknown++; }
        }, this);
        row = row.nextElementSibling;
      }, this);
      this._renumber();
      this._tell(this.options.pasted.replace("{number}", rows.length) +
        (unknown ? " " + this.options.unknown.replace("{number}", unknown) : ""));
    },

    // Fill in from the columns of a file: one of the dataset's, or one of this computer that is not kept.
    _offerFiles: function () {
      var box = this.grid.querySelector(".nx-fill"), module = this;
      box.querySelectorAll("a[data-file]").forEach(function (link) {
        link.addEventListener("click", function (event) {
          event.preventDefault();
          var asked = "?id=" + encodeURIComponent(box.dataset.dataset) + "&resource_id=" + encodeURIComponent(link.dataset.file);
          module._ask(box.dataset.suggest + asked, {});
        });
      });
      var label = document.createElement("label"), input = document.createElement("input");
      input.type = "file";
      input.accept = ".csv,.tsv,.txt,.xls,.xlsx,.et,.ods,.json,.geojson";
      input.className = "nx-hidden";
      label.className = "btn btn-sm btn-secondary nx-fill-choose";
      label.textContent = box.dataset.choose;
      label.appendChild(input);
      box.appendChild(label);
      input.addEventListener("change", function () {
        var form = new FormData(), token = document.querySelector("meta[name=csrf_field_name]");
        form.append("file", input.files[0]);
        if (token) { form.append(token.content, document.querySelector('meta[name="' + token.content + '"]').content); }
        module._ask(box.dataset.items, { method: "POST", body: form });
        input.value = "";
      });
    },

    _ask: function (url, request) {
      var module = this;
      fetch(url, request).then(function (answer) { return answer.json(); }).then(function (answer) {
        var items = (answer.result || answer).items;
        if (items) { module._fillItems(items); return; }
        var errors = answer.error || {};
        module._tell(typeof errors === "string" ? errors : [].concat(errors.resource_id || module.options.failed).join(" "));
      }).catch(function () { module._tell(module.options.failed); });
    },

    _fillItems: function (items) {
      var name = this.columns.indexOf("name"), module = this;
      var rows = function () { return Array.prototype.slice.call(module.body.rows); };
      items.forEach(function (item) {
        var row = rows().find(function (one) { return module._cells(one)[name].value.trim() === item.name; }) ||
          rows().find(function (one) { return Array.prototype.every.call(module._cells(one), function (cell) { return !cell.value; }); }) ||
          module._add();
        module.columns.forEach(function (column, at) {
          var cell = module._cells(row)[at];
          if (item[column] && !cell.value) { module._fill(cell, item[column]); }
        });
      });
      this._renumber();
      this._tell(this.options.filled.replace("{number}", items.length));
    }
  };
});
