// What training made of the network: curves, predictions, weights and ranges.

/** Ends of an axis and its marks, at round numbers. */
function marks(least, most, wanted = 5) {
  const span = most - least || 1;
  const power = 10 ** Math.floor(Math.log10(span / wanted));
  const step = power * ([1, 2, 5].find((each) => span / (each * power) <= wanted) ?? 10);
  const found = [];
  for (let n = Math.ceil(least / step - 1e-9); n * step <= most + step * 1e-9; n += 1)
    found.push(n * step);
  return found.map((value) => Number(value.toPrecision(12)));
}

function histogram(entry) {
  const [width, height, bottom] = [340, 150, 22];
  const svg = shape("svg", {
    viewBox: `0 0 ${width} ${height}`,
    role: "img",
    "aria-label": `Histogram of the ${entry.what} of junction ${entry.junction}`,
  });
  const end = entry.first + entry.counts.length * entry.width;
  const x = (value) => 4 + ((value - entry.first) / (end - entry.first)) * (width - 8);
  const tallest = Math.max(...entry.counts);
  entry.counts.forEach((number, i) => {
    const from = entry.first + i * entry.width;
    const tall = (number / tallest) * (height - bottom - 10);
    const bar = shape("rect", {
      x: x(from),
      width: Math.max(0.5, x(from + entry.width) - x(from) - 0.6),
      y: height - bottom - tall,
      height: tall,
      fill: colourRule(from < 0 ? "negative" : "positive"),
    });
    const text = `${short(from)} to ${short(from + entry.width)}: ${count(number)}`;
    bar.addEventListener("pointermove", (event) => tip.show(event, text));
    bar.addEventListener("pointerleave", () => tip.hide());
    svg.append(bar);
  });
  svg.append(
    shape("line", { class: "grid", x1: 0, x2: width, y1: height - bottom, y2: height - bottom }),
  );
  for (const value of marks(entry.first, end)) {
    const at = Math.min(width - 14, Math.max(14, x(value)));
    svg.append(
      shape("text", { class: "muted", x: at, y: height - 6, "text-anchor": "middle", text: value }),
    );
  }
  const caption =
    `${entry.what} of junction ${entry.junction}: ${count(entry.count)}, mean ` +
    `${short(entry.mean)}, deviation ${short(entry.deviation)}, ` +
    `${short(entry.minimum)} to ` +
    `${short(entry.maximum)}${entry.at_ends ? `, ${count(entry.at_ends)} at the format's ends` : ""}`;
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
  const x = (epoch) =>
    left + 8 + ((epoch - first) / Math.max(1, last - first)) * (width - left - 20);
  const y = (share) => 8 + ((high - share) / (high - low || 1)) * (height - bottom - 16);
  const svg = shape("svg", {
    viewBox: `0 0 ${width} ${height}`,
    role: "img",
    "aria-label": "Accuracy over epochs",
  });
  for (const share of marks(low, high, 8)) {
    svg.append(shape("line", { class: "grid", x1: left, x2: width, y1: y(share), y2: y(share) }));
    svg.append(
      shape("text", {
        class: "muted",
        x: left - 6,
        y: y(share) + 4,
        "text-anchor": "end",
        text: `${Number((100 * share).toFixed(2))}%`,
      }),
    );
  }
  for (const epoch of marks(first, last, 12).filter(Number.isInteger)) {
    svg.append(
      shape("text", {
        class: "muted",
        x: x(epoch),
        y: height - 8,
        "text-anchor": "middle",
        text: epoch,
      }),
    );
  }
  const legend = element("div", { class: "legend" });
  Object.entries(curves.series).forEach(([name, series], i) => {
    const ink = colourRule(`hue-${i % HUES}`);
    const line = series.map(([epoch, share]) => `${x(epoch)} ${y(share)}`).join("L");
    svg.append(
      shape("path", {
        d: `M${line}`,
        fill: "none",
        stroke: ink,
        "stroke-width": 2,
        "stroke-dasharray": name.startsWith("float") ? "6 4" : null,
      }),
    );
    for (const [epoch, share] of series) {
      const dot = shape("circle", { cx: x(epoch), cy: y(share), r: 4, fill: ink });
      dot.addEventListener("pointermove", (event) =>
        tip.show(event, `${name}, epoch ${epoch}: ${percent(share, 2)}`),
      );
      dot.addEventListener("pointerleave", () => tip.hide());
      svg.append(dot);
    }
    legend.append(swatch(ink, `${name}: ${percent(series[series.length - 1][1], 2)} at the end`));
  });
  return element(
    "figure",
    { class: "chart" },
    element("figcaption", { text: `Accuracy over epochs, of ${curves.name}` }),
    element("div", { class: "wide" }, svg),
    legend,
  );
}

function startTrained() {
  const { trained, curves } = report;
  const place = byId("trained-content");
  const heading = (text) => element("h3", { text });
  if (curves !== null) place.append(heading("Curves"), curvesChart(curves));
  if (trained === null) {
    const command = (text) => element("code", { text });
    place.append(
      element(
        "p",
        {},
        "This page was made without trained weights. With ",
        command("--resume FILE.npz"),
        ", which ",
        command("presparse train --save"),
        " writes, it also shows the weights in the drawings above, their histograms, the ranges ",
        "and saturation of every quantity, ",
        "the confusion matrix and each class's accuracy",
        ...(curves === null
          ? [
              "; with ",
              command("--curves FILE.json"),
              ", which ",
              command("presparse train --json"),
              " writes, the training curves",
            ]
          : []),
        ".",
      ),
    );
    return;
  }
  const { confusion, ranges } = trained;
  place.append(
    element("p", {
      text:
        `Parameters after ${plural(trained.epoch, "epoch")}, ` +
        `${plural(trained.samples, "training sample")} in all, with lags ` +
        `${trained.lags.join(", ")}.`,
    }),
  );
  if (confusion.samples) {
    const table =
      confusion.classes.length <= MOST_CLASSES
        ? confusionTable(confusion)
        : confusionPicture(confusion);
    place.append(
      heading("Predictions of the test samples"),
      element("p", {
        id: "trained-accuracy",
        text:
          `${percent(confusion.accuracy, 2)} of ` +
          `${plural(confusion.samples, "test sample")} are right, by the golden model: ` +
          "the hardware predicts the same, bit for bit.",
      }),
      element("div", { class: "two" }, table, classTable(confusion)),
    );
  } else place.append(element("p", { text: "There are no test samples, so no predictions." }));
  place.append(
    heading("Weights and biases"),
    element("div", { class: "panels" }, ...trained.histograms.map(histogram)),
  );
  place.append(
    heading("Ranges and saturation"),
    element("p", {
      text:
        "What the golden model's numbers do while it trains on from here, for " +
        `${plural(ranges.samples, "sample")} with k = ${ranges.rate_exponent}, before ` +
        "rounding and saturation. " +
        `Right of 2^${ranges.largest_power} (red) values saturate, left of ` +
        `2^${ranges.smallest_power} (orange) they are rounded to 0.`,
    }),
    element("div", { class: "two" }, rangesPicture(ranges), rangesTable(ranges)),
  );
}
