// Several workers, each with memory of its own: no shared memory, and so no special headers from the host.

import { tiles } from "./tiles.js";

const MOST = 8; // each takes some 40 MB

/** One worker, that does one thing at a time. */
class Helper {
  constructor() {
    this.worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
    this.queue = Promise.resolve(); // the end of what it was given so far
  }

  do(task, given, transfer = []) {
    const answer = this.queue.then(
      () =>
        new Promise((resolve, reject) => {
          this.worker.onmessage = ({ data }) => (data.error ? reject(new Error(data.error)) : resolve(data));
          this.worker.onerror = (event) => reject(new Error(event.message || "a worker does not start"));
          this.worker.postMessage({ task, ...given }, transfer);
        }),
    );
    this.queue = answer.catch(() => {});
    return answer;
  }
}

export class Workers {
  constructor() {
    const count = Math.max(1, Math.min(MOST, (navigator.hardwareConcurrency || 2) - 1)); // one is left to the page
    this.count = count;
    this.helpers = [];
  }

  #some(count) {
    while (this.helpers.length < Math.min(count, this.count)) this.helpers.push(new Helper());
    return this.helpers.slice(0, count);
  }

  /**
   * Enlarge a picture tile by tile.
   *
   * @param bitmap  an ImageBitmap
   * @param network  told, halves and module
   * @param signal  an AbortSignal; what is begun is finished, and forgotten
   * @param onTile  called with left, top, width, height (of the result), its pixels, and how many tiles are done of how many
   */
  async enlarge(bitmap, network, signal, onTile) {
    const all = tiles(bitmap.height, bitmap.width, network.told.reach);
    const { scale } = network.told;
    let next = 0;
    let done = 0;
    const work = async (helper) => {
      await helper.do("prepare", network);
      while (next < all.length && !signal.aborted) {
        const { down, side } = all[next++];
        const [x, y] = [side.seen[0], down.seen[0]];
        const part = await createImageBitmap(bitmap, x, y, side.seen[1] - x, down.seen[1] - y);
        const kept = { top: down.kept[0] - y, bottom: down.kept[1] - y, left: side.kept[0] - x, right: side.kept[1] - x };
        const made = await helper.do("tile", { bitmap: part, kept }, [part]);
        if (signal.aborted) return;
        done += 1;
        const size = { width: (kept.right - kept.left) * scale, height: (kept.bottom - kept.top) * scale };
        onTile({ left: side.kept[0] * scale, top: down.kept[0] * scale, ...size, ...made, done, of: all.length });
      }
    };
    await Promise.all(this.#some(all.length).map(work));
  }

  /** An image file as an ImageBitmap; fails where the browser cannot decode it. */
  async decode(file) {
    return (await this.#some(1)[0].do("decode", { file })).bitmap;
  }

  /** Rows of a picture, as Comparison.result gives them, as a PNG file. */
  async encode(picture) {
    return (await this.#some(1)[0].do("encode", picture, picture.rows.map(({ bitmap }) => bitmap))).blob;
  }
}
