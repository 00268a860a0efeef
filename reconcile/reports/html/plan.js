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
  const sections = [...document.querySelectorAll("main section")];
  const tiles = [...document.querySelectorAll("[data-tile]")];
  const said = form.querySelector("output");
  const folds = [...document.querySelectorAll("details")];
  const nothing = document.querySelector(".nothing");
  const texts = new Map();
  const NAMES = ["part", "kind", "cause", "currency", "q", "sort"];
  let state = {};

  const textOf = (row) => {
    if (!texts.has(row)) texts.set(row, row.textContent.toLowerCase());
    return texts.get(row);
  };
  const has = (words, word) => !word || words.split(" ").includes(word);
  const fits = (row) =>
    (!state.kind || has(row.dataset.kinds, state.kind)) &&
    (!state.cause || has(row.dataset.causes, state.cause)) &&
    (!state.q || textOf(row).includes(state.q.toLowerCase()));

  // The fragment holds the state, so that a view can be sent to somebody. A fragment
  // without "=" is a place on the page, as without this script.
  const read = () => {
    const hash = location.hash.slice(1);
    const given = new URLSearchParams(hash.includes("=") ? hash : "");
    state = {};
    for (const name of NAMES) if (given.get(name)) state[name] = given.get(name);
  };
  const write = () => {
    const given = new URLSearchParams();
    for (const name of NAMES) if (state[name]) given.set(name, state[name]);
    history.replaceState(null, "", "#" + given);
  };

  // What is searched for is not left folded away.
  let searched = "";
  const unfold = () => {
    if (searched === (state.q || "")) return;
    searched = state.q || "";
    const wanted = searched.toLowerCase();
    for (const fold of folds) fold.open = wanted !== "" && textOf(fold).includes(wanted);
  };

  const show = () => {
    let shown = 0;
    for (const row of rows) {
      row.hidden = !fits(row);
    }
    for (const block of document.querySelectorAll("[data-currency]")) {
      const other = state.currency && block.dataset.currency !== state.currency;
      block.hidden = other || !block.querySelector("[data-row]:not([hidden])");
    }
    const narrowed = state.kind || state.cause || state.q;
    for (const section of sections) {
      // Hidden by the filter before this one, it would hide its rows from this one.
      section.hidden = false;
      const own = [...section.querySelectorAll("[data-row]")];
      const left = own.filter((row) => !row.hidden && !row.closest("[hidden]"));
      const other = state.part && section.dataset.part !== state.part;
      section.hidden = other || (narrowed && left.length === 0);
      if (!section.hidden) shown += left.length;
    }
    for (const tile of tiles) {
      if (tile.dataset.tile === state.part) tile.setAttribute("aria-current", "true");
      else tile.removeAttribute("aria-current");
    }
    for (const name of ["q", "kind", "cause", "currency"]) {
      if (form.elements[name]) form.elements[name].value = state[name] || "";
    }
    const any = NAMES.some((name) => name !== "sort" && state[name]);
    said.textContent = any ? `${shown} of ${rows.length} rows` : "";
    nothing.hidden = !any || shown > 0;
    unfold();
    sort();
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

  for (const tile of tiles) {
    tile.addEventListener("click", (event) => {
      event.preventDefault();
      const part = tile.dataset.tile;
      state.part = state.part === part ? undefined : part;
      write();
      show();
    });
  }
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", (event) => {
    state[event.target.name] = event.target.value;
    write();
    show();
  });
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    state = {};
    write();
    show();
  });
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
    document.documentElement.style.setProperty("--head", `${tall}px`);
  };
  addEventListener("resize", measure);

  form.hidden = rows.length === 0;
  read();
  for (const head of heads) head.setAttribute("aria-sort", "none");
  for (const head of heads) head.firstElementChild.textContent = "% ↕";
  show();
  measure();
});
