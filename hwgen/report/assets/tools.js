// What all parts of the page use: its data, elements, numbers as text, and the tip at the pointer.

const report = JSON.parse(document.getElementById("report-data").textContent);

const ARRAYS = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  float32: Float32Array,
};

/** Unpack an array of the page's data; `at(row, column)` reads one of two dimensions. */
function unpack(packed) {
  if (packed === null) return null;
  const text = atob(packed.base64);
  const bytes = Uint8Array.from(text, (sign) => sign.charCodeAt(0));
  const type = ARRAYS[packed.type];
  const values = new type(bytes.length / type.BYTES_PER_ELEMENT);
  const view = new DataView(bytes.buffer);
  const read = `get${type.name.replace("Array", "")}`;
  for (let i = 0; i < values.length; i += 1)
    values[i] = view[read](i * type.BYTES_PER_ELEMENT, true);
  const columns = packed.shape[packed.shape.length - 1];
  return { values, shape: packed.shape, at: (row, column) => values[row * columns + column] };
}

const byId = (id) => document.getElementById(id);

/** Make an element: attributes by name, `text`, and children. */
function element(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same within a drawing. */
function shape(tag, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function fill(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "text") made.textContent = value;
    else if (value !== null && value !== undefined && value !== false)
      made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/** Fill a table: a column is a title, or {title, text} where its cells are set to the left. */
function fillTable(table, columns, rows) {
  const parts = columns.map((column) => (typeof column === "string" ? { title: column } : column));
  const set = (tag, part, content) => {
    const cell = element(tag, {
      class: part.text ? "text" : null,
      scope: tag === "th" ? "col" : null,
    });
    cell.append(content === null || content === undefined ? "" : content);
    return cell;
  };
  const head = element("tr", {}, ...parts.map((part) => set("th", part, part.title)));
  const body = rows.map((row) =>
    element("tr", {}, ...row.map((cell, i) => set("td", parts[i], cell))),
  );
  table.replaceChildren(element("thead", {}, head), element("tbody", {}, ...body));
}

/**
 * A table whose columns sort it, at first as `sorted` says; a click puts the largest first, or the
 * least of a column that `rises`.
 */
function sortableTable(table, columns, rows, sorted) {
  const show = () => {
    const key = columns[sorted.column].key;
    const order = [...rows].sort((one, other) => {
      const less =
        typeof one[key] === "string" ? one[key].localeCompare(other[key]) : one[key] - other[key];
      return sorted.falling ? -less : less;
    });
    fillTable(
      table,
      columns,
      order.map((row) => columns.map((column) => column.cell(row))),
    );
    [...table.tHead.rows[0].cells].forEach((cell, i) => {
      const button = element("button", {
        type: "button",
        text: `${columns[i].title}${i === sorted.column ? (sorted.falling ? " ↓" : " ↑") : ""}`,
      });
      button.addEventListener("click", () => {
        sorted = { column: i, falling: i === sorted.column ? !sorted.falling : !columns[i].rises };
        show();
        table.tHead.rows[0].cells[i].firstChild.focus();
      });
      cell.replaceChildren(button);
      if (i === sorted.column)
        cell.setAttribute("aria-sort", sorted.falling ? "descending" : "ascending");
    });
  };
  show();
}

const grouped = new Intl.NumberFormat("en-US");
const count = (value) => grouped.format(value);
const percent = (share, digits = 1) => `${(100 * share).toFixed(digits)} %`;
/** A number with some four digits that count. */
const short = (value) => (value === 0 ? "0" : String(Number(value.toPrecision(4))));
const plural = (number, noun) => `${count(number)} ${noun}${number === 1 ? "" : "s"}`;

/** A list of numbers, cut short where it is long. */
function listed(numbers, most = 16) {
  if (numbers.length <= most) return numbers.join(", ");
  return `${Array.from(numbers.slice(0, most)).join(", ")}, … ${count(numbers.length - most)} more`;
}

/** A colour of the style sheet as a rule, for what repaints itself. */
const colourRule = (name) => `var(--${name})`;

/** An entry of a legend. */
function swatch(background, text) {
  const mark = element("i");
  mark.style.background = background;
  return element("span", {}, mark, text);
}

let colours = null;
/** A colour of the style sheet, by its name. */
function colour(name) {
  if (colours === null) colours = getComputedStyle(document.documentElement);
  return colours.getPropertyValue(`--${name}`).trim();
}
/** The same as red, green and blue: the style sheet has them as #rrggbb. */
const rgb = (name) =>
  colour(name)
    .match(/[0-9a-f]{2}/gi)
    .map((part) => parseInt(part, 16));
const HUES = 5;
/** The colour of a right neuron: neighbours differ. */
const hue = (neuron) => colour(`hue-${neuron % HUES}`);

const repaints = [];
/** Call something again whenever light becomes dark, or dark light, and before printing. */
function onRepaint(paint) {
  repaints.push(paint);
}
function repaintAll() {
  colours = null;
  for (const paint of repaints) paint();
}
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaintAll);
for (const [event, printing] of [
  ["beforeprint", true],
  ["afterprint", false],
]) {
  addEventListener(event, () => {
    document.documentElement.classList.toggle("printing", printing);
    repaintAll();
  });
}

/** The text beside the pointer. */
const tip = {
  show(event, text) {
    const box = byId("tip");
    box.textContent = text;
    box.hidden = false;
    const { width, height } = box.getBoundingClientRect();
    const right = event.clientX + 14 + width > innerWidth;
    const left = right ? event.clientX - width - 10 : event.clientX + 14;
    const below = event.clientY + 16 + height > innerHeight;
    const top = below ? event.clientY - height - 10 : event.clientY + 16;
    box.style.left = `${Math.max(4, left)}px`;
    box.style.top = `${Math.max(4, top)}px`;
  },
  hide() {
    byId("tip").hidden = true;
  },
};
