"use strict";
(() => {
  const data = JSON.parse(document.getElementById("galaxies").textContent);
  const map = document.querySelector(".map");
  const dots = [...map.querySelectorAll(".dot")];
  const ring = map.querySelector(".ring");
  const told = document.getElementById("told");
  const legend = document.querySelector(".legend");
  const sprite = document.querySelector(".sprite");
  const context = document.querySelector("canvas").getContext("2d");
  const places = dots.map((dot) => [Number(dot.getAttribute("cx")), Number(dot.getAttribute("cy"))]);
  const REACH = 25;
  const MOST_KEYS = 24;
  const UNKNOWN = "#8a929b";
  // Dark to light, even to the eye (viridis).
  const STOPS = [[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37]];
  let chosen = -1;

  function choose(number) {
    chosen = number;
    const [x, y] = places[number];
    ring.setAttribute("cx", x);
    ring.setAttribute("cy", y);
    ring.setAttribute("visibility", "visible");
    const size = data.tile;
    const from = [(number % data.columns) * size, Math.floor(number / data.columns) * size];
    context.drawImage(sprite, ...from, size, size, 0, 0, context.canvas.width, context.canvas.height);
    const lines = data.lines[number].map((line) => Object.assign(document.createElement("p"), { textContent: line }));
    if (data.addresses[number]) {
      const link = { href: data.addresses[number], target: "_blank", rel: "noopener noreferrer", textContent: "on the sky" };
      const line = document.createElement("p");
      line.append(Object.assign(document.createElement("a"), link));
      lines.push(line);
    }
    told.replaceChildren(...lines);
  }

  function nearest(x, y, allowed) {
    let best = -1;
    let least = Infinity;
    places.forEach(([a, b], number) => {
      const distance = Math.hypot(a - x, b - y);
      if (distance < least && allowed(a - x, b - y, number)) [best, least] = [number, distance];
    });
    return [best, least];
  }

  function point(event) {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(map.getScreenCTM().inverse());
    const [number, distance] = nearest(at.x, at.y, () => true);
    if (distance < REACH && number !== chosen) choose(number);
  }

  // Where each key looks: within 45 degrees of its direction.
  const TOWARD = {
    ArrowRight: (x, y) => x > 0 && Math.abs(y) <= x,
    ArrowLeft: (x, y) => x < 0 && Math.abs(y) <= -x,
    ArrowUp: (x, y) => y < 0 && Math.abs(x) <= -y,
    ArrowDown: (x, y) => y > 0 && Math.abs(x) <= y,
  };

  function press(event) {
    const toward = TOWARD[event.key];
    if (!toward) return;
    event.preventDefault();
    const [number] = nearest(...places[chosen], (x, y, other) => other !== chosen && toward(x, y));
    if (number >= 0) choose(number);
  }

  function focus() {
    if (chosen < 0) choose(nearest(map.viewBox.baseVal.width / 2, map.viewBox.baseVal.height / 2, () => true)[0]);
  }

  function mixed(share) {
    const at = Math.min(Math.max(share, 0), 1) * (STOPS.length - 1);
    const low = Math.min(Math.floor(at), STOPS.length - 2);
    const parts = STOPS[low].map((value, band) => Math.round(value + (at - low) * (STOPS[low + 1][band] - value)));
    return `rgb(${parts.join(",")})`;
  }

  // Golden angle: neighbors in number are far apart in hue.
  const hue = (number) => `hsl(${Math.round((number * 137.5) % 360)} 65% ${number % 2 ? 62 : 47}%)`;

  const text = (value) => String(Number(value.toPrecision(3)));

  // The color of a value, and what the legend shows: every class, or five values of a number.
  function scaleOf(shade) {
    if (shade.classes.length) {
      return [hue, shade.classes.map((name, number) => [hue(number), name]).slice(0, MOST_KEYS)];
    }
    const known = shade.values.filter((value) => value !== null).sort((a, b) => a - b);
    const low = known[Math.floor(known.length * 0.02)];
    const high = known[Math.ceil(known.length * 0.98) - 1];
    const color = (value) => mixed(high > low ? (value - low) / (high - low) : 0.5);
    const keys = known.length ? [0, 0.25, 0.5, 0.75, 1].map((share) => low + share * (high - low)) : [];
    return [color, [...new Set(keys)].map((value) => [color(value), `${text(value)} ${shade.unit}`])];
  }

  function entry([color, name]) {
    const swatch = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const mark = document.createElementNS("http://www.w3.org/2000/svg", "circle");
    swatch.setAttribute("viewBox", "0 0 10 10");
    Object.entries({ cx: 5, cy: 5, r: 5, fill: color }).forEach((pair) => mark.setAttribute(...pair));
    swatch.append(mark);
    const item = document.createElement("li");
    item.append(swatch, name);
    return item;
  }

  function shade(number) {
    const one = data.shades[number];
    const [color, keys] = scaleOf(one);
    dots.forEach((dot, place) => { dot.style.fill = one.values[place] === null ? UNKNOWN : color(one.values[place]); });
    const unknown = one.values.includes(null) ? [[UNKNOWN, "unknown"]] : [];
    const more = one.classes.length - MOST_KEYS;
    const rest = more > 0 ? [Object.assign(document.createElement("li"), { textContent: `and ${more} more` })] : [];
    legend.replaceChildren(...[...keys, ...unknown].map(entry), ...rest);
  }

  map.addEventListener("pointermove", point);
  map.addEventListener("pointerdown", point);
  map.addEventListener("keydown", press);
  map.addEventListener("focus", focus);
  if (data.shades.length) {
    const choice = document.querySelector(".choose");
    choice.hidden = false;
    choice.querySelector("select").addEventListener("change", (event) => shade(Number(event.target.value)));
    shade(0);
  }
})();
