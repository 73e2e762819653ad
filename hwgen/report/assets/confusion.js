// Predictions by label: the confusion matrix as a table or a picture, and each class's accuracy.

const MOST_CLASSES = 20;

/** The counts as a table, coloured by their share of the label's samples. */
function confusionTable(confusion) {
  const { classes, counts } = confusion;
  const table = element(
    "table",
    { class: "confusion" },
    element("caption", { text: "Labels down, predictions across" }),
  );
  table.append(
    element(
      "thead",
      {},
      element(
        "tr",
        {},
        element("th", { scope: "col", text: "" }),
        ...classes.map((name) => element("th", { scope: "col", text: name })),
      ),
    ),
  );
  const body = element("tbody");
  counts.forEach((row, label) => {
    const all = row.reduce((sum, each) => sum + each, 0);
    const line = element("tr", {}, element("th", { scope: "row", text: classes[label] }));
    row.forEach((number, prediction) => {
      const share = all ? number / all : 0;
      const cell = element("td", { text: number || "" });
      const ink = label === prediction ? "positive" : "negative";
      const strength = Math.round(85 * Math.sqrt(share));
      cell.style.background = `color-mix(in srgb, var(--${ink}) ${strength}%, var(--panel))`;
      if (share > 0.35) cell.style.color = "var(--on-hue)";
      cell.addEventListener("pointermove", (event) =>
        tip.show(
          event,
          `${classes[label]} taken for ${classes[prediction]}: ${count(number)} of ` +
            `${count(all)}, ${percent(share)}`,
        ),
      );
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
  const sheet = new Sheet(
    frame,
    "Confusion matrix: labels down, predictions across",
    (width) => {
      cell = Math.max(3, Math.min(width, 560) / classes.length);
      return { width: cell * classes.length, height: cell * classes.length };
    },
    (context) => {
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
    },
  );
  sheet.canvas.addEventListener("pointermove", (event) => {
    const [prediction, label] = sheet.place(event).map((at) => Math.floor(at / cell));
    if (!counts[label] || counts[label][prediction] === undefined) return;
    tip.show(
      event,
      `${classes[label]} taken for ${classes[prediction]}: ${count(counts[label][prediction])}`,
    );
  });
  sheet.canvas.addEventListener("pointerleave", () => tip.hide());
  return element(
    "figure",
    {},
    element("figcaption", { text: "Labels down, predictions across" }),
    frame,
  );
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
  sortableTable(
    table,
    [
      { key: "index", title: "class", text: true, rises: true, cell: (row) => row.name },
      { key: "samples", title: "samples", cell: (row) => count(row.samples) },
      {
        key: "order",
        title: "correct",
        text: true,
        rises: true,
        cell: (row) => {
          if (row.share === null) return "–";
          const bar = element("span", { class: "bar" });
          bar.style.setProperty("--share", row.share);
          return element("span", {}, bar, percent(row.share, 2));
        },
      },
    ],
    rows,
    { column: 0, falling: false },
  );
  return element("div", { class: rows.length > MOST_CLASSES ? "scroll tall" : "scroll" }, table);
}
