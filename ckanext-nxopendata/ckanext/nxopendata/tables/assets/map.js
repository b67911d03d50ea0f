// Maps: zoom, move, and the row behind a mark. Everything can be read without this, as a picture and a list.
(function () {
  "use strict";

  var MOST = 24, STEP = 1.5;

  function make(figure) {
    var svg = figure.querySelector("svg"), words = figure.dataset;
    if (!svg || figure.querySelector(".nx-map-tools")) return;
    var whole = svg.getAttribute("viewBox").split(" ").map(Number), view = whole.slice();

    function draw() {
      view[2] = Math.min(view[2], whole[2]);
      view[3] = Math.min(view[3], whole[3]);
      view[0] = Math.max(0, Math.min(view[0], whole[2] - view[2]));
      view[1] = Math.max(0, Math.min(view[1], whole[3] - view[3]));
      svg.setAttribute("viewBox", view.join(" "));
      // Signs and names keep their size while the land grows.
      var scale = view[2] / whole[2];
      figure.querySelectorAll("circle[data-nx-place]").forEach(function (one) {
        one.dataset.nxR = one.dataset.nxR || one.getAttribute("r");
        one.setAttribute("r", one.dataset.nxR * Math.max(scale, 0.15));
      });
      figure.querySelectorAll("text").forEach(function (one) {
        one.style.fontSize = (one.dataset.nxSize = one.dataset.nxSize || parseFloat(getComputedStyle(one).fontSize)) * scale + "px";
        one.style.strokeWidth = 4 * scale + "px";
      });
      figure.querySelector(".nx-map-bar").style.display = scale < 1 ? "none" : "";
    }

    function zoom(factor, x, y) {
      var width = Math.max(whole[2] / MOST, Math.min(whole[2], view[2] * factor)), real = width / view[2];
      x = x === undefined ? view[0] + view[2] / 2 : x;
      y = y === undefined ? view[1] + view[3] / 2 : y;
      view = [x - (x - view[0]) * real, y - (y - view[1]) * real, view[2] * real, view[3] * real];
      draw();
    }

    function move(right, down) {
      view[0] += right * view[2];
      view[1] += down * view[3];
      draw();
    }

    var tools = document.createElement("p");
    tools.className = "nx-map-tools";
    [["+", words.nxZoomIn, function () { zoom(1 / STEP); }], ["−", words.nxZoomOut, function () { zoom(STEP); }],
      ["⤢", words.nxWhole, function () { view = whole.slice(); draw(); }]].forEach(function (one) {
      var button = document.createElement("button");
      button.type = "button";
      button.textContent = one[0];
      button.title = one[1];
      button.setAttribute("aria-label", one[1]);
      button.addEventListener("click", one[2]);
      tools.appendChild(button);
    });
    figure.insertBefore(tools, svg);

    svg.setAttribute("tabindex", "0");
    svg.setAttribute("aria-label", svg.getAttribute("aria-label") + " " + words.nxKeys);
    svg.addEventListener("keydown", function (event) {
      var steps = { ArrowLeft: [-0.2, 0], ArrowRight: [0.2, 0], ArrowUp: [0, -0.2], ArrowDown: [0, 0.2] }[event.key];
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (steps) move(steps[0], steps[1]);
      else if (event.key === "+" || event.key === "=") zoom(1 / STEP);
      else if (event.key === "-") zoom(STEP);
      else if (event.key === "0") { view = whole.slice(); draw(); }
      else if ((event.key === "Enter" || event.key === " ") && event.target.dataset.nxPlace) tell(event.target);
      else if (event.key === "Escape") close();
      else return;
      event.preventDefault();
    });
    svg.addEventListener("wheel", function (event) {
      if (!event.ctrlKey) return; // the page scrolls
      event.preventDefault();
      var box = svg.getBoundingClientRect();
      zoom(event.deltaY < 0 ? 1 / STEP : STEP, view[0] + (event.clientX - box.left) / box.width * view[2], view[1] + (event.clientY - box.top) / box.height * view[3]);
    }, { passive: false });

    var drag = null;
    svg.addEventListener("pointerdown", function (event) {
      if (event.button || view[2] >= whole[2]) return;
      drag = { x: event.clientX, y: event.clientY, view: view.slice(), moved: false };
    });
    svg.addEventListener("pointermove", function (event) {
      if (!drag) return;
      var box = svg.getBoundingClientRect(), x = event.clientX - drag.x, y = event.clientY - drag.y;
      drag.moved = drag.moved || Math.abs(x) + Math.abs(y) > 4;
      view[0] = drag.view[0] - x / box.width * view[2];
      view[1] = drag.view[1] - y / box.height * view[3];
      draw();
    });
    addEventListener("pointerup", function () { setTimeout(function () { drag = null; }); });

    var popup = null, from = null;
    function close() {
      if (!popup) return;
      popup.remove();
      popup = null;
      if (from) from.focus({ preventScroll: true });
    }
    function tell(mark) {
      var entry = document.getElementById("nx-place-" + mark.dataset.nxPlace);
      if (!entry) return;
      if (popup) popup.remove();
      from = mark;
      popup = document.createElement("div");
      popup.className = "nx-map-popup";
      popup.setAttribute("role", "status");
      var text = document.createElement("p");
      Array.prototype.forEach.call(entry.childNodes, function (node) {
        if (node.nodeName === "TH" || node.nodeName === "TD") {
          Array.prototype.forEach.call(node.childNodes, function (inner) { text.appendChild(inner.cloneNode(true)); });
          text.appendChild(document.createTextNode(" "));
        } else text.appendChild(node.cloneNode(true));
      });
      var button = document.createElement("button");
      button.type = "button";
      button.className = "nx-plain-button";
      button.textContent = words.nxClose;
      button.addEventListener("click", close);
      popup.appendChild(text);
      popup.appendChild(button);
      svg.after(popup);
    }
    svg.querySelectorAll("[data-nx-place]").forEach(function (mark, number) {
      mark.setAttribute("role", "button");
      var title = mark.querySelector("title");
      if (title) mark.setAttribute("aria-label", title.textContent);
      if (number < 100) mark.setAttribute("tabindex", "0");
    });
    svg.addEventListener("click", function (event) {
      var mark = event.target.closest("[data-nx-place]");
      if (mark && !(drag && drag.moved)) tell(mark);
    });
  }

  function start() { document.querySelectorAll("[data-nx-map]").forEach(make); }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
  // The table of a file changes within the page.
  new MutationObserver(start).observe(document.documentElement, { childList: true, subtree: true });
})();
