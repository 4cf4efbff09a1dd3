// The picture with its divider: the interpolation left of it, the network right of it.

const NEUTRAL = 0.5;

export class Comparison {
  /** @param viewer  the element; its parts are found by their classes */
  constructor(viewer, slider, zoom) {
    const part = (name) => viewer.querySelector(`.${name}`);
    Object.assign(this, { viewer, slider, zoom, stage: part("stage"), picture: part("picture"), divider: part("divider") });
    [this.base, this.network, this.plain] = ["base", "network", "plain"].map(part);
    slider.value = 100 * NEUTRAL;
    slider.addEventListener("input", () => this.split());
    zoom.addEventListener("change", () => this.layout());
    this.stage.addEventListener("scroll", () => this.split(), { passive: true });
    new ResizeObserver(() => this.layout()).observe(viewer.parentElement);
    this.#drag();
  }

  /** Show a picture before anything is computed: as the browser enlarges it. */
  show({ url, width, height, name }, scale) {
    this.base.src = url;
    this.base.alt = `${name}, enlarged by ${scale}`;
    this.size = { width: width * scale, height: height * scale };
    this.bands = new Map();
    for (const layer of [this.network, this.plain]) layer.replaceChildren();
    this.viewer.hidden = false;
    this.layout();
  }

  put({ left, top, width, height, ...tile }) {
    // A row of tiles has canvases of its own: one for the whole would hold up the page while the browser finds room for it
    if (!this.bands.has(top)) this.bands.set(top, [this.network, this.plain].map((layer) => this.#band(layer, top, height)));
    const [network, plain] = this.bands.get(top);
    network.putImageData(new ImageData(tile.network, width), left, 0);
    plain.putImageData(new ImageData(tile.plain, width), left, 0);
  }

  #band(layer, top, height) {
    const canvas = Object.assign(document.createElement("canvas"), { width: this.size.width, height });
    canvas.style.top = `${(100 * top) / this.size.height}%`;
    canvas.style.height = `${(100 * height) / this.size.height}%`;
    layer.append(canvas);
    return canvas.getContext("2d");
  }

  /** What the network made, from top to bottom: for each row of tiles its place and an ImageBitmap. */
  async result() {
    const rows = [...this.bands].map(async ([top, [network]]) => ({ top, bitmap: await createImageBitmap(network.canvas) }));
    return { ...this.size, rows: await Promise.all(rows) };
  }

  /** How large it is drawn: as the page has room, or so many screen pixels for one of the result. */
  layout() {
    if (!this.size) return; // nothing to show yet
    const { width, height } = this.size;
    const room = this.viewer.parentElement.clientWidth;
    const [x, y] = [this.stage.scrollLeft, this.stage.scrollTop].map((place, axis) => {
      const sizes = axis ? [this.stage.clientHeight, this.picture.clientHeight] : [this.stage.clientWidth, this.picture.clientWidth];
      return (place + sizes[0] / 2) / (sizes[1] || 1); // what is in the middle stays there
    });
    const fitting = Math.min(room / width, (0.72 * window.innerHeight) / height, 2);
    const factor = this.zoom.value === "fit" ? fitting : Number(this.zoom.value);
    this.picture.style.width = `${width * factor}px`;
    this.picture.style.height = `${height * factor}px`;
    this.picture.classList.toggle("pixels", factor > 2);
    this.viewer.style.width = `${Math.min(room, width * factor)}px`;
    this.stage.scrollTo(x * width * factor - this.stage.clientWidth / 2, y * height * factor - this.stage.clientHeight / 2);
    this.split();
  }

  split() {
    const share = this.slider.value / 100;
    const place = share * this.stage.clientWidth;
    this.divider.style.left = `${place}px`;
    this.plain.style.clipPath = `inset(0 calc(100% - ${this.stage.scrollLeft + place}px) 0 0)`;
    this.slider.setAttribute("aria-valuetext", `${Math.round(100 * share)} % bicubic, ${Math.round(100 - 100 * share)} % network`);
  }

  /** The divider follows the pointer; on a touch screen from its grip alone, as the rest of the picture scrolls. */
  #drag() {
    const move = (event) => {
      const box = this.stage.getBoundingClientRect();
      this.slider.value = (100 * (event.clientX - box.left)) / this.stage.clientWidth;
      this.split();
    };
    for (const element of [this.divider, this.picture])
      element.addEventListener("pointerdown", (event) => {
        if (event.button || (element === this.picture && event.pointerType !== "mouse")) return;
        event.preventDefault();
        element.setPointerCapture(event.pointerId);
        move(event);
        element.addEventListener("pointermove", move);
        const end = () => element.removeEventListener("pointermove", move);
        for (const name of ["pointerup", "pointercancel"]) element.addEventListener(name, end, { once: true });
      });
  }
}
