// What the core takes of the device, by resource and by unit, and its memories.

const PARTS = {
  feedforward: "hue-0",
  activation: "hue-0",
  backprop: "hue-1",
  delta: "hue-1",
  output_delta: "hue-1",
  update: "hue-2",
  bias: "hue-2",
  rate: "hue-2",
  interleaver: "hue-3",
};

/** A unit's colour: of FF, BP, UP, addresses, or everything else. */
function unitInk(name) {
  const kind = name.split(".").pop();
  const found = Object.keys(PARTS).find((part) => kind.startsWith(part));
  return colourRule(found ? PARTS[found] : "muted");
}

function resourceBar(total) {
  const share = total.available ? total.count / total.available : total.count > 0 ? 1 : 0;
  const known = total.available !== null;
  const over = known && total.count > total.available;
  const number = `${count(total.count)}${known ? ` of ${count(total.available)}` : ""}`;
  const text = known ? `${number}, ${percent(share)}${over ? ": too many" : ""}` : number;
  const head = element(
    "div",
    { class: `head${over ? " over" : ""}` },
    element("b", { text: `${total.title}: ${text}` }),
    element("span", { text: total.exact ? "exact" : "estimate" }),
  );
  const track = element("div", {
    class: "track",
    role: "img",
    "aria-label": `${total.title}: ${text}`,
  });
  const scale = Math.max(total.count, total.available ?? total.count) || 1;
  const units = [...report.resources.units]
    .filter((unit) => unit[total.key])
    .sort((a, b) => b[total.key] - a[total.key]);
  const large = units.filter((unit) => unit[total.key] >= 0.004 * scale);
  const pieces = large.map((unit) => [unit[total.key], unitInk(unit.name), unit.name]);
  const rest = total.count - large.reduce((sum, unit) => sum + unit[total.key], 0);
  if (rest > 0)
    pieces.push([
      rest,
      colourRule("muted"),
      units.length ? plural(units.length - large.length, "smaller unit") : "all units",
    ]);
  for (const [value, ink, name] of pieces) {
    const piece = element("i");
    piece.style.width = `${(100 * value) / scale}%`;
    piece.style.background = ink;
    piece.addEventListener("pointermove", (event) =>
      tip.show(
        event,
        `${name}: ${count(value)} ${total.title}, ${percent(value / (total.count || 1))} of all`,
      ),
    );
    piece.addEventListener("pointerleave", () => tip.hide());
    track.append(piece);
  }
  return element("div", {}, head, track);
}

function startResources() {
  const { resources, check } = report;
  byId("resources-text").textContent =
    `The training core as presparse estimate sees it, before any synthesis: it ${resources.fit_text}.`;
  byId("resources-totals").replaceChildren(...resources.totals.map(resourceBar));
  byId("resources-totals").after(
    element(
      "div",
      { class: "legend" },
      swatch(colourRule("hue-0"), "feedforward, activation"),
      swatch(colourRule("hue-1"), "errors, deltas"),
      swatch(colourRule("hue-2"), "update, bias"),
      swatch(colourRule("hue-3"), "interleaver"),
      swatch(colourRule("muted"), "others"),
    ),
  );
  const largest = Math.max(1, ...resources.units.map((unit) => unit.lut));
  const number = (key) => ({
    key,
    title: key === "bram36" ? "BRAM36" : key.toUpperCase(),
    cell: (unit) => (unit[key] ? count(unit[key]) : ""),
  });
  sortableTable(
    byId("resources-units"),
    [
      { key: "name", title: "unit", text: true, rises: true, cell: (unit) => unit.name },
      {
        key: "lut",
        title: "LUT",
        text: true,
        cell: (unit) => {
          const bar = element("span", { class: "bar" });
          bar.style.setProperty("--share", unit.lut / largest);
          bar.style.background = unitInk(unit.name);
          return element("span", {}, bar, count(unit.lut));
        },
      },
      number("ff"),
      number("dsp"),
      number("bram36"),
    ],
    resources.units,
    { column: 1, falling: true },
  );

  const { storage } = check;
  const hues = ["hue-0", "hue-3", "hue-2", "hue-1", "hue-4", "muted"];
  const kinds = Object.entries(storage.split_bits);
  const track = element("div", {
    class: "track",
    role: "img",
    "aria-label": kinds.map(([kind, bits]) => `${kind} ${bits} bits`).join(", "),
  });
  kinds.forEach(([kind, bits], i) => {
    const piece = element("i");
    piece.style.width = `${(100 * bits) / storage.total_bits}%`;
    piece.style.background = colourRule(hues[i % hues.length]);
    piece.addEventListener("pointermove", (event) =>
      tip.show(event, `${kind}: ${count(bits)} bits, ${percent(bits / storage.total_bits)}`),
    );
    piece.addEventListener("pointerleave", () => tip.hide());
    track.append(piece);
  });
  const legend = element(
    "div",
    { class: "legend" },
    ...kinds.map(([kind, bits], i) =>
      swatch(colourRule(hues[i % hues.length]), `${kind} ${count(bits)}`),
    ),
  );
  byId("memories-split").replaceChildren(
    element(
      "div",
      { class: "bars" },
      element(
        "div",
        {},
        element(
          "div",
          { class: "head" },
          element("b", { text: `${count(storage.total_bits)} bits` }),
        ),
        track,
      ),
    ),
    legend,
  );
  fillTable(
    byId("memories-table"),
    [
      { title: "junction", text: true },
      { title: "memory", text: true },
      "number",
      "samples",
      "words",
      "bits a word",
      { title: "kind", text: true },
      "bits",
    ],
    storage.memories.map((each) => [
      each.junction,
      each.holds,
      count(each.count),
      each.banks > 1 ? each.banks : "",
      count(each.depth),
      count(each.width),
      each.kind,
      count(each.bits),
    ]),
  );
}
