// The table of a file: questions answered without a new page, and charts drawn. Everything works without this.
(function () {
  "use strict";

  var PARTS = ["#nx-table", ".nx-data-more"];

  // Draws the chart of the page, if there is one; the library is fetched once, from this site.
  var library;
  function load(address) {
    library = library || new Promise(function (done, failed) {
      var script = document.createElement("script");
      script.src = address;
      script.onload = done;
      script.onerror = failed;
      document.head.appendChild(script);
    });
    return library;
  }

  function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  function options(chart) {
    var text = colour("--nx-text"), line = colour("--nx-line"), narrow = innerWidth < 640;
    var still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    var base = {
      animation: !still,
      color: [colour("--nx-accent"), "#b7791f", "#6b7f8f", "#8f5b6b", "#5b7a3a", "#7a5ba0", "#a05b3a", "#3a7aa0"],
      textStyle: { fontFamily: colour("--nx-font"), color: text },
      tooltip: { trigger: chart.kind === "pie" || chart.kind === "scatter" ? "item" : "axis", confine: true, renderMode: "richText" },
      grid: { left: 8, right: 16, top: 40, bottom: 8, containLabel: true }
    };
    var axis = { axisLabel: { color: text, hideOverlap: true }, axisLine: { lineStyle: { color: line } }, splitLine: { lineStyle: { color: line } } };
    if (chart.kind === "pie") {
      base.series = [{ type: "pie", radius: ["35%", narrow ? "60%" : "70%"], name: chart.y, label: { color: text },
        data: chart.points.map(function (point) { return { name: point[0], value: point[1] }; }) }];
      return base;
    }
    var names = chart.points.map(function (point) { return point[0]; });
    var values = chart.points.map(function (point) { return point[1]; });
    var longest = Math.max.apply(null, names.map(function (name) { return String(name).length; }).concat(0));
    if (chart.kind === "scatter") {
      base.xAxis = Object.assign({ type: "value", name: chart.x, scale: true, nameTextStyle: { color: text } }, axis);
      base.yAxis = Object.assign({ type: "value", name: chart.y, scale: true, nameTextStyle: { color: text } }, axis);
      base.series = [{ type: "scatter", symbolSize: 9, data: chart.points, name: chart.y }];
      return base;
    }
    var known = values.filter(function (value) { return value !== null; });
    var least = Math.min.apply(null, known), greatest = Math.max.apply(null, known);
    var high = chart.kind === "line" && least > 0 && greatest - least < least;  // such a line would lie flat above 0
    var groups = Object.assign({ type: "category", data: names }, axis);
    var numbers = Object.assign({ type: "value", name: chart.y + (high ? " · " + chart.cut : ""), nameTextStyle: { color: text, align: "left" }, scale: high }, axis);
    // Long names stand beside lying bars.
    var lying = chart.kind === "bar" && (longest > 6 || narrow) && names.length <= 40;
    if (lying) {
      groups.inverse = true;
      groups.axisLabel = { color: text, width: narrow ? 96 : 180, overflow: "truncate" };
      base.xAxis = numbers;
      base.yAxis = groups;
      numbers.nameLocation = "start";
      numbers.name = "";
      numbers.splitNumber = narrow ? 2 : 5;
    } else {
      base.xAxis = groups;
      base.yAxis = numbers;
    }
    base.series = [{ type: chart.kind, name: chart.y, data: values, smooth: false, barMaxWidth: 36 }];
    return base;
  }

  function draw() {
    document.querySelectorAll("[data-nx-chart]").forEach(function (place) {
      var chart = JSON.parse(place.dataset.nxChart);
      if (!chart.points.length) return;
      load(place.dataset.nxLibrary).then(function () {
        if (!place.isConnected) return;
        place.hidden = false;
        if (chart.kind === "bar") place.style.height = Math.max(320, chart.points.length * 26 + 60) + "px";
        var drawn = window.echarts.init(place, null, { renderer: "svg" });
        drawn.setOption(options(chart));
        place.dataset.nxDrawn = "true";
        new ResizeObserver(function () { if (place.isConnected) drawn.resize(); }).observe(place);
      }, function () { /* the table below holds the numbers */ });
    });
  }

  // Answers a question within the page; a failure goes there the plain way.
  var turn = 0;
  function show(address, remember) {
    var mine = ++turn, table = document.querySelector(PARTS[0]);
    table.setAttribute("aria-busy", "true");
    fetch(address, { credentials: "same-origin" })
      .then(function (answer) { if (!answer.ok) throw answer; return answer.text(); })
      .then(function (text) {
        if (mine !== turn) return;
        var page = new DOMParser().parseFromString(text, "text/html");
        var focused = document.activeElement && document.activeElement.id;
        if (!page.querySelector(PARTS[0])) throw text;
        PARTS.forEach(function (part) {
          var now = document.querySelector(part), then = page.querySelector(part);
          if (now && then) now.replaceWith(document.importNode(then, true));
        });
        if (remember) history.pushState({ nxTable: true }, "", address);
        var back = focused && document.getElementById(focused);
        (back || document.getElementById("nx-preview")).focus({ preventScroll: true });
        say();
        draw();
      })
      .catch(function () { location.href = address; });
  }

  // What changed is said to those who do not see it.
  var voice = document.createElement("p");
  voice.className = "nx-hidden";
  voice.setAttribute("role", "status");
  function say() {
    var status = document.querySelector("#nx-table [role=status], #nx-table [role=alert], #nx-table figcaption");
    voice.textContent = status ? status.textContent.replace(/\s+/g, " ").trim() : "";
  }

  function start() {
    if (!document.querySelector("[data-nx-table]")) return;
    document.body.appendChild(voice);
    document.addEventListener("submit", function (event) {
      var form = event.target;
      if (!form.closest("#nx-table") || form.method !== "get") return;
      event.preventDefault();
      var asked = new URLSearchParams(new FormData(form));
      show(location.pathname + "?" + asked, true);
    });
    document.addEventListener("click", function (event) {
      var link = event.target.closest("#nx-table a[href^='?']");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      event.preventDefault();
      show(location.pathname + link.getAttribute("href").replace(/#.*/, ""), true);
    });
    addEventListener("popstate", function () { if (!location.hash || location.search) show(location.pathname + location.search, false); });
    draw();
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
