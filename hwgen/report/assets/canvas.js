// A canvas as wide as the place it is in, sharp on every screen, painted anew when either changes.

class Sheet {
  /** `layout(width)` says how large the drawing is, {width, height}; `paint(context)` draws it. */
  constructor(parent, label, layout, paint) {
    this.canvas = element("canvas", { role: "img", "aria-label": label });
    this.parent = parent;
    this.layout = layout;
    this.paint = paint;
    this.width = 0;
    parent.append(this.canvas);
    new ResizeObserver(() => {
      if (parent.clientWidth !== this.seen) this.resize();
    }).observe(parent);
    onRepaint(() => this.resize());
    this.resize();
  }

  /** Ask for the size again and paint. */
  resize() {
    this.seen = this.parent.clientWidth;
    if (!this.seen) return;
    const size = this.layout(this.seen);
    this.ratio = devicePixelRatio || 1;
    this.width = size.width;
    this.height = size.height;
    this.canvas.width = Math.round(size.width * this.ratio);
    this.canvas.height = Math.round(size.height * this.ratio);
    this.canvas.style.width = `${size.width}px`;
    this.canvas.style.height = `${size.height}px`;
    this.sized?.();
    this.draw();
  }

  draw() {
    if (!this.width) return;
    const context = this.canvas.getContext("2d");
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.clearRect(0, 0, this.width, this.height);
    this.paint(context);
  }

  /** Another canvas of the same size, to keep what is slow to draw. */
  layer(paint) {
    const kept = element("canvas");
    kept.width = this.canvas.width;
    kept.height = this.canvas.height;
    const context = kept.getContext("2d");
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    paint(context);
    return kept;
  }

  /** Put such a canvas down. */
  put(context, kept) {
    context.drawImage(kept, 0, 0, this.width, this.height);
  }

  /** Where a pointer is, in the drawing's own measure. */
  place(event) {
    const box = this.canvas.getBoundingClientRect();
    return [
      ((event.clientX - box.left) * this.width) / box.width,
      ((event.clientY - box.top) * this.height) / box.height,
    ];
  }
}

/** A title over what may lie behind it; the first of some texts that fits into a width. */
function writeTitle(context, texts, x, y, room) {
  context.font = '13px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif';
  const text =
    texts.find((each) => context.measureText(each).width <= room) ?? texts[texts.length - 1];
  context.fillStyle = colour("panel");
  context.globalAlpha = 0.88;
  context.fillRect(x - 3, y - 9, Math.min(room, context.measureText(text).width) + 6, 18);
  context.globalAlpha = 1;
  write(context, text, x, y, { align: "left", ink: "muted", size: 13 });
}

/** Text on a canvas: set `align` and `size` where they differ from the middle and 12 pixels. */
function write(
  context,
  text,
  x,
  y,
  { align = "center", size = 12, ink = "ink", weight = "" } = {},
) {
  context.font = `${weight} ${size}px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif`;
  context.textAlign = align;
  context.textBaseline = "middle";
  context.fillStyle = ink.startsWith("#") || ink.startsWith("rgb") ? ink : colour(ink);
  context.fillText(text, x, y);
}
