// Filters, search, sorting, folding and copying. Without it everything is open and in
// order.
"use strict";
// The page comes with everything unfolded; laying that out first would take its time.
document.documentElement.classList.add("early");
addEventListener("DOMContentLoaded", () => {
  for (const fold of document.querySelectorAll("details")) fold.open = false;
  document.documentElement.classList.remove("early");
  const form = document.querySelector(".controls");
  const rows = [...document.querySelectorAll("[data-row]")];
  const tiles = [...document.querySelectorAll("[data-tile]")];
  const bar = document.querySelector(".showing");
  const said = bar.querySelector("output");
  const folds = [...document.querySelectorAll("details")];
  const nothing = document.querySelector(".nothing");
  const root = document.documentElement;
  const texts = new Map();
  const FILTERS = ["q", "kind", "cause", "currency"];
  const NAMES = ["part", ...FILTERS, "sort"];
  const sections = [...document.querySelectorAll("main section")].map((element) => ({
    element,
    part: element.dataset.part,
    rows: [...element.querySelectorAll("[data-row]")],
    number: element.querySelector("h2 .number"),
    whole: element.querySelector("h2 .number").textContent,
  }));
  for (const tile of tiles) tile.dataset.whole = tile.firstElementChild.textContent;
  let state = {};

  const textOf = (row) => {
    if (!texts.has(row)) texts.set(row, row.textContent.toLowerCase());
    return texts.get(row);
  };
  const has = (words, word) => !word || (words || "").split(" ").includes(word);
  const fits = (row) =>
    has(row.dataset.kinds, state.kind) &&
    has(row.dataset.causes, state.cause) &&
    has(row.dataset.currencies, state.currency) &&
    (!state.q || textOf(row).includes(state.q.toLowerCase()));

  // The fragment holds the state, so that a view can be sent to somebody. A fragment
  // without "=" is a place on the page, as without this script.
  const read = () => {
    const hash = location.hash.slice(1);
    const given = new URLSearchParams(hash.includes("=") ? hash : "");
    state = {};
    for (const name of NAMES) if (given.get(name)) state[name] = given.get(name);
  };
  const write = (how = "replaceState") => {
    const given = new URLSearchParams();
    for (const name of NAMES) if (state[name]) given.set(name, state[name]);
    history[how](null, "", "#" + given);
  };

  // What is searched for is not left folded away.
  let searched = "";
  const unfold = () => {
    if (searched === (state.q || "")) return;
    searched = state.q || "";
    const wanted = searched.toLowerCase();
    for (const fold of folds) fold.open = wanted !== "" && textOf(fold).includes(wanted);
  };

  // How many things some rows speak of: a style once, in however many currencies.
  const things = (some) => {
    const seen = new Set();
    let number = 0;
    for (const row of some) {
      if (row.dataset.same && seen.has(row.dataset.same)) continue;
      seen.add(row.dataset.same);
      number += Number(row.dataset.count || 1);
    }
    return number;
  };

  const show = () => {
    const narrowed = FILTERS.some((name) => state[name]);
    const found = [];
    for (const row of rows) row.hidden = narrowed && !fits(row);
    for (const block of document.querySelectorAll("[data-currency]")) {
      const own = [...block.querySelectorAll("[data-row]")];
      const left = own.filter((row) => !row.hidden);
      block.hidden = left.length === 0;
      // What sums up all rows would say too much above some of them.
      for (const one of block.querySelectorAll(".sum, .histogram")) {
        one.hidden = left.length < own.length;
      }
    }
    for (const section of sections) {
      const left = section.rows.filter((row) => !row.hidden);
      const other = state.part && section.part !== state.part;
      const number = things(left);
      const partly = left.length < section.rows.length && section.whole;
      section.number.textContent = partly ? `${number} of ${section.whole}` : section.whole;
      section.element.hidden = other || (narrowed && left.length === 0);
      if (!section.element.hidden) found.push({ ...section, left: partly ? number : section.whole });
      for (const tile of tiles) {
        if (tile.dataset.tile !== section.part) continue;
        tile.firstElementChild.textContent = partly ? number : tile.dataset.whole;
        tile.classList.toggle("none", narrowed && left.length === 0);
      }
    }
    for (const tile of tiles) {
      if (tile.dataset.tile === state.part) tile.setAttribute("aria-current", "true");
      else tile.removeAttribute("aria-current");
    }
    for (const name of FILTERS) {
      if (form.elements[name]) form.elements[name].value = state[name] || "";
    }
    const any = narrowed || Boolean(state.part);
    bar.hidden = !any;
    root.classList.toggle("narrowed", any);
    nothing.hidden = !any || found.length > 0;
    say(any ? found : []);
    unfold();
    sort();
    measure();
  };

  // What is shown, in words of things, each a way to it.
  const say = (found) => {
    said.replaceChildren(found.length ? "Showing: " : "Nothing fits");
    found.forEach((section, at) => {
      const words = section.element.dataset.said;
      const link = document.createElement("a");
      link.href = "#" + section.part;
      link.textContent = section.left ? `${words} (${parseInt(section.left, 10)})` : words;
      link.addEventListener("click", (event) => {
        event.preventDefault();
        lead(section.element);
      });
      said.append(at ? ", " : "", link);
    });
  };
  const lead = (section) => {
    section.scrollIntoView();
    section.querySelector("h2").focus({ preventScroll: true });
  };

  // Sorting: by how far prices move, and back to the order of the plan.
  const heads = [...document.querySelectorAll("th[data-sort]")];
  const first = new Map();
  for (const head of heads) {
    const body = head.closest("table").tBodies[0];
    first.set(body, [...body.rows]);
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.setAttribute("aria-label", "Sort by percent");
    button.addEventListener("click", () => {
      state.sort = { undefined: "down", down: "up", up: undefined }[state.sort];
      write();
      sort();
    });
    head.append(button);
  }
  let sorted;
  const sort = () => {
    if (sorted === state.sort) return;
    sorted = state.sort;
    const sign = sorted === "up" ? 1 : -1;
    for (const head of heads) {
      const body = head.closest("table").tBodies[0];
      const order = [...first.get(body)];
      if (sorted) order.sort((a, b) => sign * (a.dataset.move - b.dataset.move));
      body.append(...order);
      const words = { up: "ascending", down: "descending" };
      head.setAttribute("aria-sort", words[sorted] || "none");
      head.firstElementChild.textContent = "%" + ({ up: " ↑", down: " ↓" }[sorted] || " ↕");
    }
  };

  const partOf = (name) => sections.find((one) => one.part === name);
  const all = () => {
    const tile = tiles.find((one) => one.dataset.tile === state.part);
    state = {};
    write();
    show();
    // Back to where somebody came from.
    if (!tile) return;
    tile.scrollIntoView({ block: "center" });
    tile.focus({ preventScroll: true });
  };
  for (const tile of tiles) {
    tile.addEventListener("click", (event) => {
      event.preventDefault();
      const part = tile.dataset.tile;
      if (state.part === part) return all();
      state.part = part;
      write("pushState");
      show();
      const section = partOf(part);
      lead(section.element.hidden ? nothing.parentElement : section.element);
    });
  }
  bar.querySelector("button").addEventListener("click", all);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", (event) => {
    const before = form.getBoundingClientRect().top;
    state[event.target.name] = event.target.value;
    write();
    show();
    // What is hidden above does not move what somebody types into, nor cover it.
    const free = bar.hidden ? before : bar.getBoundingClientRect().bottom;
    const by = form.getBoundingClientRect().top - Math.max(before, free);
    scrollBy({ top: by, behavior: "instant" });
  });
  const more = form.querySelector(".more");
  const open = (yes) => {
    form.classList.toggle("open", yes);
    more.setAttribute("aria-expanded", yes);
  };
  more.addEventListener("click", () => open(!form.classList.contains("open")));
  addEventListener("hashchange", () => {
    read();
    show();
  });

  for (const text of document.querySelectorAll("[data-copy]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(text.textContent);
        button.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(text);
        button.textContent = "Selected";
      }
    });
    text.after(button);
  }

  // Paper unfolds nothing by itself.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = folds.filter((fold) => !fold.open);
    for (const fold of folded) fold.open = true;
  });
  addEventListener("afterprint", () => {
    for (const fold of folded) fold.open = false;
  });

  // What sticks below the head, and where a link leads, follows its height.
  const head = document.querySelector(".head");
  const measure = () => {
    const tall = (head.offsetHeight ? head : head.querySelector("h1")).offsetHeight;
    // Read before it is written: in between, all would be laid out twice.
    const sizes = { "--head": tall, "--shown": bar.offsetHeight };
    for (const [name, size] of Object.entries(sizes)) {
      const value = `${size}px`;
      if (root.style.getPropertyValue(name) !== value) root.style.setProperty(name, value);
    }
  };
  addEventListener("resize", measure);

  form.hidden = rows.length === 0;
  read();
  open(["kind", "cause", "currency"].some((name) => state[name]));
  for (const head of heads) head.setAttribute("aria-sort", "none");
  for (const head of heads) head.firstElementChild.textContent = "% ↕";
  show();
  if (partOf(state.part)) partOf(state.part).element.scrollIntoView();
});
