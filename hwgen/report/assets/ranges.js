// Ranges of every quantity: magnitudes by power of two, saturation and rounding.

function rangesPicture(ranges) {
  const rows = ranges.quantities;
  const first = Math.min(
    ...rows.filter((row) => row.powers.length).map((row) => row.first_power),
    ranges.smallest_power,
  );
  const last = Math.max(
    ...rows.map((row) => row.first_power + row.powers.length),
    ranges.largest_power + 1,
  );
  const [left, tall, top] = [130, 20, 6];
  const cell = Math.max(9, Math.min(24, 480 / (last - first)));
  const width = left + (last - first) * cell + 8;
  const height = top + rows.length * tall + 40;
  const svg = shape("svg", {
    viewBox: `0 0 ${width} ${height}`,
    role: "img",
    "aria-label": "Magnitudes of every quantity by power of two",
  });
  rows.forEach((row, line) => {
    const y = top + line * tall;
    svg.append(
      shape("text", { x: 0, y: y + 14, text: `junction ${row.junction}: ${row.quantity}` }),
    );
    svg.append(
      shape("rect", {
        x: left,
        y: y + 1,
        width: (last - first) * cell,
        height: tall - 2,
        fill: "var(--faint)",
      }),
    );
    row.powers.forEach((number, i) => {
      if (!number) return;
      const share = number / row.count;
      const power = row.first_power + i;
      const box = shape("rect", {
        x: left + (power - first) * cell,
        y: y + 1,
        width: cell - 0.5,
        height: tall - 2,
        fill: "var(--accent)",
        "fill-opacity": Math.max(0.08, 1 + Math.log10(share) / 6).toFixed(3),
      });
      const text =
        `${row.quantity} of junction ${row.junction}: ${percent(share, 3)} from ` +
        `2^${power} to 2^${power + 1}`;
      box.addEventListener("pointermove", (event) => tip.show(event, text));
      box.addEventListener("pointerleave", () => tip.hide());
      svg.append(box);
    });
  });
  const base = top + rows.length * tall;
  for (const [power, ink] of [
    [ranges.largest_power, "negative"],
    [ranges.smallest_power, "hue-1"],
  ]) {
    const x = left + (power - first) * cell;
    svg.append(
      shape("line", {
        x1: x,
        x2: x,
        y1: 0,
        y2: base + 4,
        stroke: colourRule(ink),
        "stroke-width": 2,
      }),
    );
  }
  for (let power = Math.ceil(first / 4) * 4; power <= last; power += 4) {
    svg.append(
      shape("text", {
        class: "muted",
        x: left + (power - first) * cell,
        y: base + 20,
        "text-anchor": "middle",
        text: power,
      }),
    );
  }
  svg.append(
    shape("text", { class: "muted", x: left, y: base + 36, text: "magnitude, power of two" }),
  );
  return element("div", { class: "wide" }, svg);
}

function rangesTable(ranges) {
  const table = element("table");
  fillTable(
    table,
    [
      { title: "junction", text: true },
      { title: "quantity", text: true },
      "minimum",
      "maximum",
      "saturated",
      "rounded to 0",
    ],
    ranges.quantities.map((row) => [
      row.junction,
      row.quantity,
      short(row.minimum),
      short(row.maximum),
      percent(row.saturated_share, 2),
      percent(row.rounded_to_zero_share, 2),
    ]),
  );
  return element("div", { class: "scroll" }, table);
}
