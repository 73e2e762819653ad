// The head of the page, and the start of all its parts.

function startHead() {
  const { check, resources, trained } = report;
  const { network } = check;
  const { connections } = network;
  byId("subtitle").textContent =
    `${network.layers.join("-")}, ${network.classes} classes, ${report.format}, ` +
    `${network.hidden}, ${connections.kind} connections` +
    `${connections.dither ? " with dither" : ""}, seed ${connections.seed}; data: ` +
    `${report.data}; pipeline: ${report.pipeline}`;
  const facts = [
    ["weights", count(network.weights), `of ${count(network.possible_weights)}`],
    ["density", percent(network.density)],
    ["edges/clock", count(network.parallelism)],
    ["clocks/sample", count(check.schedule.period)],
    ["lags, in steps", check.schedule.lags.join(", ")],
    [
      "LUT",
      percent(resources.totals[0].count / (resources.totals[0].available ?? Infinity)),
      `of ${resources.device}`,
    ],
    ["DSP blocks", count(resources.totals.find((total) => total.key === "dsp").count)],
    ["storage", `${count(Math.round(check.storage.total_bits / 1024))}`, "Kibit"],
  ];
  if (resources.totals[0].available === null)
    facts[5] = ["LUT", count(resources.totals[0].count), "of 6 inputs"];
  if (trained !== null && trained.confusion.samples)
    facts.push(["test accuracy", percent(trained.confusion.accuracy, 2)]);
  byId("facts").replaceChildren(
    ...facts.map(([name, value, unit]) =>
      element(
        "div",
        {},
        element("dt", { text: name }),
        element("dd", {}, value, ...(unit ? [" ", element("small", { text: unit })] : [])),
      ),
    ),
  );
}

/** Mark the link of the section that is being read. */
function followSections() {
  const links = new Map(
    [...document.querySelectorAll("nav a")].map((link) => [link.hash.slice(1), link]),
  );
  const watch = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        for (const link of links.values()) link.removeAttribute("aria-current");
        links.get(entry.target.id).setAttribute("aria-current", "true");
      }
    },
    { rootMargin: "-20% 0px -70% 0px" },
  );
  for (const section of document.querySelectorAll("main section")) watch.observe(section);
}

startHead();
startNetwork();
startJunction();
startTimeline();
startResources();
startTrained();
followSections();
// The browser went there before there was anything.
byId(location.hash.slice(1))?.scrollIntoView({ behavior: "instant" });
