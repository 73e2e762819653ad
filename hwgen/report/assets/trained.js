// What training made of the network: curves, predictions, weights and ranges.

/** Ends of an axis and its marks, at round numbers. */
function marks(least, most, wanted = 5) {
  const span = most - least || 1;
  const power = 10 ** Math.floor(Math.log10(span / wanted));
  const step = power * ([1, 2, 5].find((each) => span / (each * power) <= wanted) ?? 10);
  const found = [];
  for (let n = Math.ceil(least / step - 1e-9); n * step <= most + step * 1e-9; n += 1) found.push(n * step);
  return found.map((value) => Number(value.toPrecision(12)));
}

function histogram(entry) {
  const [width, height, bottom] = [340, 150, 22];
  const svg = shape("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `Histogram of the ${entry.what} of junction ${entry.junction}` });
  const end = entry.first + entry.counts.length * entry.width;
  const x = (value) => 4 + ((value - entry.first) / (end - entry.first)) * (width - 8);
  const tallest = Math.max(...entry.counts);
  entry.counts.forEach((number, i) => {
    const from = entry.first + i * entry.width;
    const tall = (number / tallest) * (height - bottom - 10);
    const bar = shape("rect", {
      x: x(from), width: Math.max(0.5, x(from + entry.width) - x(from) - 0.6), y: height - bottom - tall, height: tall,
      fill: colourRule(from < 0 ? "negative" : "positive"),
    });
    const text = `${short(from)} to ${short(from + entry.width)}: ${count(number)}`;
    bar.addEventListener("pointermove", (event) => tip.show(event, text));
    bar.addEventListener("pointerleave", () => tip.hide());
    svg.append(bar);
  });
  svg.append(shape("line", { class: "grid", x1: 0, x2: width, y1: height - bottom, y2: height - bottom }));
  for (const value of marks(entry.first, end)) {
    const at = Math.min(width - 14, Math.max(14, x(value)));
    svg.append(shape("text", { class: "muted", x: at, y: height - 6, "text-anchor": "middle", text: value }));
  }
  const caption = `${entry.what} of junction ${entry.junction}: ${count(entry.count)}, mean ${short(entry.mean)}, deviation ${short(entry.deviation)}, `
    + `${short(entry.minimum)} to ${short(entry.maximum)}${entry.at_ends ? `, ${count(entry.at_ends)} at the format's ends` : ""}`;
  return element("figure", {}, element("figcaption", { text: caption }), svg);
}

function curvesChart(curves) {
  const [width, height, left, bottom] = [760, 300, 44, 30];
  const points = Object.values(curves.series).flat();
  if (!points.length) return element("p", { text: "The file of curves has no epochs." });
  const epochs = points.map(([epoch]) => epoch);
  const [first, last] = [Math.min(...epochs), Math.max(...epochs)];
  const least = Math.min(...points.map(([, share]) => share));
  const most = Math.max(...points.map(([, share]) => share));
  const low = Math.max(0, least - 0.08 * (most - least || 0.1));
  const high = Math.min(1, most + 0.08 * (most - least || 0.1));
  const x = (epoch) => left + 8 + ((epoch - first) / Math.max(1, last - first)) * (width - left - 20);
  const y = (share) => 8 + ((high - share) / (high - low || 1)) * (height - bottom - 16);
  const svg = shape("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": "Accuracy over epochs" });
  for (const share of marks(low, high, 8)) {
    svg.append(shape("line", { class: "grid", x1: left, x2: width, y1: y(share), y2: y(share) }));
    svg.append(shape("text", { class: "muted", x: left - 6, y: y(share) + 4, "text-anchor": "end", text: `${Number((100 * share).toFixed(2))}%` }));
  }
  for (const epoch of marks(first, last, 12).filter(Number.isInteger)) {
    svg.append(shape("text", { class: "muted", x: x(epoch), y: height - 8, "text-anchor": "middle", text: epoch }));
  }
  const legend = element("div", { class: "legend" });
  Object.entries(curves.series).forEach(([name, series], i) => {
    const ink = colourRule(`hue-${i % HUES}`);
    const line = series.map(([epoch, share]) => `${x(epoch)} ${y(share)}`).join("L");
    svg.append(shape("path", { d: `M${line}`, fill: "none", stroke: ink, "stroke-width": 2, "stroke-dasharray": name.startsWith("float") ? "6 4" : null }));
    for (const [epoch, share] of series) {
      const dot = shape("circle", { cx: x(epoch), cy: y(share), r: 4, fill: ink });
      dot.addEventListener("pointermove", (event) => tip.show(event, `${name}, epoch ${epoch}: ${percent(share, 2)}`));
      dot.addEventListener("pointerleave", () => tip.hide());
      svg.append(dot);
    }
    legend.append(swatch(ink, `${name}: ${percent(series[series.length - 1][1], 2)} at the end`));
  });
  return element("figure", { class: "chart" }, element("figcaption", { text: `Accuracy over epochs, of ${curves.name}` }), element("div", { class: "wide" }, svg), legend);
}

const MOST_CLASSES = 20;

/** The counts as a table, coloured by their share of the label's samples. */
function confusionTable(confusion) {
  const { classes, counts } = confusion;
  const table = element("table", { class: "confusion" }, element("caption", { text: "Labels down, predictions across" }));
  table.append(element("thead", {}, element("tr", {}, element("th", { scope: "col", text: "" }), ...classes.map((name) => element("th", { scope: "col", text: name })))));
  const body = element("tbody");
  counts.forEach((row, label) => {
    const all = row.reduce((sum, each) => sum + each, 0);
    const line = element("tr", {}, element("th", { scope: "row", text: classes[label] }));
    row.forEach((number, prediction) => {
      const share = all ? number / all : 0;
      const cell = element("td", { text: number || "" });
      const ink = label === prediction ? "positive" : "negative";
      cell.style.background = `color-mix(in srgb, var(--${ink}) ${Math.round(100 * Math.sqrt(share) * 0.85)}%, var(--panel))`;
      if (share > 0.35) cell.style.color = "var(--on-hue)";
      cell.addEventListener("pointermove", (event) => tip.show(event, `${classes[label]} taken for ${classes[prediction]}: ${count(number)} of ${count(all)}, ${percent(share)}`));
      cell.addEventListener("pointerleave", () => tip.hide());
      line.append(cell);
    });
    body.append(line);
  });
  table.append(body);
  return element("div", { class: "scroll" }, table);
}

/** The same as a picture, where there are too many classes for numbers. */
function confusionPicture(confusion) {
  const { classes, counts } = confusion;
  const frame = element("div", { class: "scroll" });
  let cell = 1;
  const sheet = new Sheet(frame, "Confusion matrix: labels down, predictions across", (width) => {
    cell = Math.max(3, Math.min(width, 560) / classes.length);
    return { width: cell * classes.length, height: cell * classes.length };
  }, (context) => {
    counts.forEach((row, label) => {
      const all = row.reduce((sum, each) => sum + each, 0) || 1;
      row.forEach((number, prediction) => {
        context.globalAlpha = 1;
        context.fillStyle = colour("faint");
        context.fillRect(prediction * cell, label * cell, cell, cell);
        context.globalAlpha = Math.sqrt(number / all);
        context.fillStyle = colour(label === prediction ? "positive" : "negative");
        context.fillRect(prediction * cell, label * cell, cell, cell);
      });
    });
    context.globalAlpha = 1;
  });
  sheet.canvas.addEventListener("pointermove", (event) => {
    const [prediction, label] = sheet.place(event).map((at) => Math.floor(at / cell));
    if (!counts[label] || counts[label][prediction] === undefined) return;
    tip.show(event, `${classes[label]} taken for ${classes[prediction]}: ${count(counts[label][prediction])}`);
  });
  sheet.canvas.addEventListener("pointerleave", () => tip.hide());
  return element("figure", {}, element("figcaption", { text: "Labels down, predictions across" }), frame);
}

function classTable(confusion) {
  const table = element("table");
  const rows = confusion.classes.map((name, i) => ({
    index: i,
    name,
    samples: confusion.counts[i].reduce((sum, each) => sum + each, 0),
    share: confusion.class_accuracy[i],
    order: confusion.class_accuracy[i] ?? -1,
  }));
  sortableTable(table, [
    { key: "index", title: "class", text: true, rises: true, cell: (row) => row.name },
    { key: "samples", title: "samples", cell: (row) => count(row.samples) },
    { key: "order", title: "correct", text: true, rises: true, cell: (row) => {
      if (row.share === null) return "–";
      const bar = element("span", { class: "bar" });
      bar.style.setProperty("--share", row.share);
      return element("span", {}, bar, percent(row.share, 2));
    } },
  ], rows, { column: 0, falling: false });
  return element("div", { class: rows.length > MOST_CLASSES ? "scroll tall" : "scroll" }, table);
}

function rangesPicture(ranges) {
  const rows = ranges.quantities;
  const first = Math.min(...rows.filter((row) => row.powers.length).map((row) => row.first_power), ranges.smallest_power);
  const last = Math.max(...rows.map((row) => row.first_power + row.powers.length), ranges.largest_power + 1);
  const [left, tall, top] = [130, 20, 6];
  const cell = Math.max(9, Math.min(24, 480 / (last - first)));
  const width = left + (last - first) * cell + 8;
  const height = top + rows.length * tall + 40;
  const svg = shape("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": "Magnitudes of every quantity by power of two" });
  rows.forEach((row, line) => {
    const y = top + line * tall;
    svg.append(shape("text", { x: 0, y: y + 14, text: `junction ${row.junction}: ${row.quantity}` }));
    svg.append(shape("rect", { x: left, y: y + 1, width: (last - first) * cell, height: tall - 2, fill: "var(--faint)" }));
    row.powers.forEach((number, i) => {
      if (!number) return;
      const share = number / row.count;
      const power = row.first_power + i;
      const box = shape("rect", {
        x: left + (power - first) * cell, y: y + 1, width: cell - 0.5, height: tall - 2, fill: "var(--accent)",
        "fill-opacity": Math.max(0.08, 1 + Math.log10(share) / 6).toFixed(3),
      });
      const text = `${row.quantity} of junction ${row.junction}: ${percent(share, 3)} from 2^${power} to 2^${power + 1}`;
      box.addEventListener("pointermove", (event) => tip.show(event, text));
      box.addEventListener("pointerleave", () => tip.hide());
      svg.append(box);
    });
  });
  const base = top + rows.length * tall;
  for (const [power, ink] of [[ranges.largest_power, "negative"], [ranges.smallest_power, "hue-1"]]) {
    const x = left + (power - first) * cell;
    svg.append(shape("line", { x1: x, x2: x, y1: 0, y2: base + 4, stroke: colourRule(ink), "stroke-width": 2 }));
  }
  for (let power = Math.ceil(first / 4) * 4; power <= last; power += 4) {
    svg.append(shape("text", { class: "muted", x: left + (power - first) * cell, y: base + 20, "text-anchor": "middle", text: power }));
  }
  svg.append(shape("text", { class: "muted", x: left, y: base + 36, text: "magnitude, power of two" }));
  return element("div", { class: "wide" }, svg);
}

function rangesTable(ranges) {
  const table = element("table");
  fillTable(
    table,
    [{ title: "junction", text: true }, { title: "quantity", text: true }, "minimum", "maximum", "saturated", "rounded to 0"],
    ranges.quantities.map((row) => [
      row.junction, row.quantity, short(row.minimum), short(row.maximum),
      percent(row.saturated_share, 2), percent(row.rounded_to_zero_share, 2),
    ]),
  );
  return element("div", { class: "scroll" }, table);
}

function startTrained() {
  const { trained, curves } = report;
  const place = byId("trained-content");
  const heading = (text) => element("h3", { text });
  if (curves !== null) place.append(heading("Curves"), curvesChart(curves));
  if (trained === null) {
    const command = (text) => element("code", { text });
    place.append(element(
      "p", {}, "This page was made without trained weights. With ", command("--resume FILE.npz"), ", which ",
      command("presparse train --save"), " writes, it also shows the weights in the drawings above, their histograms, the ranges and saturation of every quantity, ",
      "the confusion matrix and each class's accuracy",
      ...(curves === null ? ["; with ", command("--curves FILE.json"), ", which ", command("presparse train --json"), " writes, the training curves"] : []), ".",
    ));
    return;
  }
  const { confusion, ranges } = trained;
  place.append(element("p", { text: `Parameters after ${plural(trained.epoch, "epoch")}, ${plural(trained.samples, "training sample")} in all, with lags ${trained.lags.join(", ")}.` }));
  if (confusion.samples) {
    const table = confusion.classes.length <= MOST_CLASSES ? confusionTable(confusion) : confusionPicture(confusion);
    place.append(
      heading("Predictions of the test samples"),
      element("p", { id: "trained-accuracy", text: `${percent(confusion.accuracy, 2)} of ${plural(confusion.samples, "test sample")} are right, by the golden model: the hardware predicts the same, bit for bit.` }),
      element("div", { class: "two" }, table, classTable(confusion)),
    );
  } else place.append(element("p", { text: "There are no test samples, so no predictions." }));
  place.append(heading("Weights and biases"), element("div", { class: "panels" }, ...trained.histograms.map(histogram)));
  place.append(
    heading("Ranges and saturation"),
    element("p", { text: `What the golden model's numbers do while it trains on from here, for ${plural(ranges.samples, "sample")} with k = ${ranges.rate_exponent}, before rounding and saturation. `
      + `Right of 2^${ranges.largest_power} (red) values saturate, left of 2^${ranges.smallest_power} (orange) they are rounded to 0.` }),
    element("div", { class: "two" }, rangesPicture(ranges), rangesTable(ranges)),
  );
}
