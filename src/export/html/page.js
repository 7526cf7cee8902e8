"use strict";
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const root = document.documentElement;
  const svg = document.querySelector("#canvas svg");
  const numbers = (element, name) => (element.dataset[name] || "").split(" ").filter(Boolean);

  // What needs the script shows itself only where it runs.
  all("[hidden]").forEach((element) => { element.hidden = false; });

  const theme = document.getElementById("theme");
  theme.addEventListener("click", () => {
    const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    const now = root.dataset.theme || system;
    root.dataset.theme = now === "dark" ? "light" : "dark";
  });

  // Lights up assets and flows on the diagram.
  const light = (nodes, flows) => {
    all("tr[data-nodes]").forEach((row) => row.classList.toggle("lit", nodes.includes(row.dataset.nodes)));
    if (!svg) return;
    const wanted = nodes.length + flows.length > 0;
    svg.classList.toggle("lit", wanted);
    all("[data-asset]", svg).forEach((node) => node.classList.toggle("lit", wanted && nodes.includes(node.dataset.asset)));
    all("[data-flows]", svg).forEach((edge) => {
      edge.classList.toggle("lit", wanted && numbers(edge, "flows").some((flow) => flows.includes(flow)));
    });
  };
  const show = (entry) => light(numbers(entry, "nodes"), numbers(entry, "flows"));
  const others = (entry) => all("details.path[open], details.threat[open]").filter((other) => other !== entry);

  all("details.path, details.threat").forEach((entry) => {
    entry.addEventListener("toggle", () => {
      if (entry.open) {
        if (entry.classList.contains("path")) others(entry).filter((it) => it.classList.contains("path")).forEach((it) => { it.open = false; });
        show(entry);
      } else {
        const rest = others(entry);
        if (rest.length > 0) show(rest[rest.length - 1]); else light([], []);
      }
    });
  });
  all("tr[data-nodes]").forEach((row) => row.addEventListener("click", () => show(row)));

  const form = document.getElementById("filters");
  const threats = all("details.threat");
  let only = null;
  const filter = () => {
    if (!form) return;
    const text = form.elements.text.value.trim().toLowerCase();
    const checked = (name) => all(`input[name=${name}]:checked`, form).map((box) => box.value);
    const [bands, letters, states] = ["band", "stride", "state"].map(checked);
    let shown = 0;
    threats.forEach((threat) => {
      const data = threat.dataset;
      const fits = bands.includes(data.band) && states.includes(data.state)
        && (data.stride === "" || letters.some((letter) => data.stride.includes(letter)))
        && (only === null || numbers(threat, "nodes").includes(only))
        && (text === "" || threat.textContent.toLowerCase().includes(text));
      threat.hidden = !fits;
      if (fits) shown += 1;
    });
    form.querySelector("output").textContent = `${shown} of ${threats.length} shown${only === null ? "" : ", of one asset (clear to see all)"}`;
  };
  if (form) {
    form.addEventListener("input", filter);
    form.addEventListener("submit", (event) => event.preventDefault());
    filter();
  }

  if (!svg) return;
  all("[data-asset]", svg).forEach((node) => node.addEventListener("click", () => {
    only = node.dataset.asset;
    light([only], []);
    filter();
  }));
  document.getElementById("clear").addEventListener("click", () => {
    only = null;
    all("details.path[open], details.threat[open]").forEach((entry) => { entry.open = false; });
    light([], []);
    filter();
  });

  const canvas = document.getElementById("canvas");
  const box = svg.viewBox.baseVal;
  const fit = () => Math.min(1, canvas.clientWidth / box.width);
  let scale = fit();
  const zoom = () => {
    svg.setAttribute("width", Math.round(box.width * scale));
    svg.setAttribute("height", Math.round(box.height * scale));
  };
  all("[data-zoom]").forEach((button) => button.addEventListener("click", () => {
    const by = { in: scale * 1.25, out: scale / 1.25, fit: fit() }[button.dataset.zoom];
    scale = Math.min(4, Math.max(0.1, by));
    zoom();
  }));
  zoom();

  // A link to a path or threat opens it.
  const follow = () => {
    const entry = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (entry && entry.tagName === "DETAILS") entry.open = true;
  };
  addEventListener("hashchange", follow);
  follow();
})();
