"use strict";
(() => {
  const natural = new Intl.Collator("en", { numeric: true });

  function element(tag, facts = {}, ...children) {
    const made = Object.assign(document.createElement(tag), facts);
    made.append(...children);
    return made;
  }

  const textOf = (cell) => (typeof cell === "string" ? cell : cell[0]);

  // Of "0.4401 ± 0.0195" it is the first number that sorts.
  const numberOf = (cell) => parseFloat(textOf(cell).replace("inf", "Infinity"));

  function cellOf(kind, cell) {
    const made = element("td");
    made.dataset.kind = kind;
    if (typeof cell !== "string") {
      made.append(element("a", { href: cell[1], rel: "noopener noreferrer", textContent: cell[0] }));
    } else if (kind === "mark" && cell) {
      const badge = element("span", { className: "badge", textContent: cell });
      badge.dataset.mark = cell;
      made.append(badge);
    } else {
      made.textContent = cell;
    }
    return made;
  }

  // Order of the rows by one column; what has no value stands last in either direction, equals keep their order.
  function ordered(rows, column, kind, direction) {
    const isNumber = kind === "number";
    const keys = rows.map((row) => (isNumber ? numberOf(row[column]) : textOf(row[column])));
    const isEmpty = isNumber ? Number.isNaN : (key) => key === "";
    const compare = isNumber ? (a, b) => (a > b) - (a < b) : natural.compare;
    const sign = direction === "descending" ? -1 : 1;
    const places = rows.map((_, place) => place);
    const filled = places.filter((place) => !isEmpty(keys[place]));
    filled.sort((a, b) => sign * compare(keys[a], keys[b]));
    return filled.concat(places.filter((place) => isEmpty(keys[place])));
  }

  class Sheet {
    constructor(box) {
      this.box = box;
      this.heads = [...box.querySelectorAll("th")];
      this.kinds = this.heads.map((head) => head.dataset.kind);
      this.rows = JSON.parse(box.querySelector("script").textContent);
      this.length = Number(box.dataset.rowsOfAPage);
      this.order = this.rows.map((_, place) => place);
      this.found = this.order;
      this.start = 0;
      this.words = [];
      this.heads.forEach((head, column) => this.makeSortable(head, column));
      if (this.rows.length > this.length) this.makeLong();
    }

    makeSortable(head, column) {
      const button = element("button", { type: "button" }, ...head.childNodes);
      button.addEventListener("click", () => this.sort(head, column));
      head.append(button);
      head.ariaSort = "none";
    }

    makeLong() {
      const input = element("input", { type: "search", autocomplete: "off" });
      const search = this.box.querySelector(".search");
      search.append(element("label", {}, "Search these rows", input));
      search.hidden = false;
      input.addEventListener("input", () => this.search(input.value));
      this.status = this.box.querySelector(".pager [role=status]");
      this.turns = [["First", () => 0], ["Previous", () => this.start - this.length],
        ["Next", () => this.start + this.length], ["Last", () => this.lastStart()]].map(([word, target]) => {
        const button = element("button", { type: "button", textContent: word });
        button.addEventListener("click", () => this.turn(target()));
        return button;
      });
      this.status.before(...this.turns.slice(0, 2));
      this.status.after(...this.turns.slice(2));
      this.show();
    }

    lastStart() {
      return Math.max(0, Math.ceil(this.found.length / this.length) - 1) * this.length;
    }

    turn(start) {
      this.start = Math.min(Math.max(start, 0), this.lastStart());
      this.show();
    }

    sort(head, column) {
      const next = { none: "ascending", ascending: "descending", descending: "none" }[head.ariaSort];
      this.heads.forEach((other) => { other.ariaSort = "none"; });
      head.ariaSort = next;
      const places = this.rows.map((_, place) => place);
      this.order = next === "none" ? places : ordered(this.rows, column, this.kinds[column], next);
      this.filter();
    }

    search(text) {
      this.words = text.toLowerCase().split(/\s+/).filter(Boolean);
      this.filter();
    }

    filter() {
      this.texts ??= this.words.length ? this.rows.map((row) => row.map(textOf).join("\n").toLowerCase()) : undefined;
      const holds = (place) => this.words.every((word) => this.texts[place].includes(word));
      this.found = this.words.length ? this.order.filter(holds) : this.order;
      this.start = 0;
      this.show();
    }

    show() {
      const end = Math.min(this.start + this.length, this.found.length);
      const shown = this.found.slice(this.start, end).map((place) =>
        element("tr", {}, ...this.rows[place].map((cell, column) => cellOf(this.kinds[column], cell))));
      this.box.querySelector("tbody").replaceChildren(...shown);
      if (!this.status) return;
      const count = (number) => number.toLocaleString("en");
      const all = this.words.length ? `${count(this.found.length)} found among ${count(this.rows.length)}` : count(this.found.length);
      this.status.textContent = end ? `rows ${count(this.start + 1)} to ${count(end)} of ${all}` : "no row holds all of these words";
      this.turns.forEach((turn, number) => { turn.disabled = number < 2 ? this.start === 0 : end === this.found.length; });
    }
  }

  function makeEnlarger() {
    const image = element("img");
    const caption = element("p");
    const close = element("button", { type: "button", textContent: "Close" });
    const dialog = element("dialog", {}, image, caption, close);
    dialog.setAttribute("aria-label", "Figure, enlarged");
    close.addEventListener("click", () => dialog.close());
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
    document.body.append(dialog);
    return (link) => {
      const small = link.querySelector("img");
      image.src = small.src;
      image.alt = caption.textContent = small.alt;
      dialog.showModal();
    };
  }

  function select(node) {
    const range = document.createRange();
    range.selectNodeContents(node);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
  }

  function makeCopied(pre) {
    const button = element("button", { type: "button", textContent: "Copy" });
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(pre.textContent);
        button.textContent = "Copied";
      } catch {
        select(pre);
        button.textContent = "Selected: press Ctrl+C";
      }
    });
    pre.after(button);
  }

  document.querySelectorAll(".table").forEach((box) => new Sheet(box));
  document.querySelectorAll(".code pre").forEach(makeCopied);
  const enlarge = makeEnlarger();
  document.querySelectorAll("a.enlarge").forEach((link) => link.addEventListener("click", (event) => {
    event.preventDefault();
    enlarge(link);
  }));
  const banner = document.querySelector(".banner");
  const measure = () => document.documentElement.style.setProperty("--head", `${banner.offsetHeight}px`);
  if (banner) new ResizeObserver(measure).observe(banner);
  const narrow = matchMedia("(max-width: 60rem)");
  const fold = () => { document.querySelector("nav details").open = !narrow.matches; };
  narrow.addEventListener("change", fold);
  fold();
})();
