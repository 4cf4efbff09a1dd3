// Opening a stranger's file: an image that the browser decodes, upright, of a size that can be enlarged; or a sentence.

export const MOST = 50e6; // pixels of the result: about what a page may hold, twice, on a telephone
const LONGEST = 16384; // pixels along one side, which is what browsers give a canvas

/** A sentence for the visitor: what came, and what to do. */
export class Refusal extends Error {}

/**
 * @param file  a File or Blob
 * @param name  what sentences call it
 * @param decode  a function from a File to an ImageBitmap
 * @return name, bitmap (an ImageBitmap), url (for an img, until `close`)
 */
export async function openPicture(file, name, scale, decode) {
  const url = URL.createObjectURL(file);
  try {
    const { width, height } = await sizeOf(url, name);
    checkSize({ name, width, height }, scale);
    const bitmap = await decode(file).catch(() => {
      throw new Refusal(`${name} is damaged, or of a kind that this browser does not decode: save it as PNG or JPEG and try again.`);
    });
    return { name, bitmap, url, width: bitmap.width, height: bitmap.height };
  } catch (error) {
    URL.revokeObjectURL(url);
    throw error;
  }
}

export function closePicture(picture) {
  picture.bitmap.close();
  URL.revokeObjectURL(picture.url);
}

/** From the head of the file alone: an img says how large it is before anything is decoded. */
function sizeOf(url, name) {
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => resolve({ width: image.naturalWidth, height: image.naturalHeight });
    image.onerror = () =>
      reject(new Refusal(`${name} is not an image that this browser reads: choose a JPEG, PNG, WebP, AVIF or GIF file.`));
    image.src = url;
  });
}

export function checkSize({ name, width, height }, scale) {
  const millions = (pixels) => (pixels / 1e6).toLocaleString("en", { maximumFractionDigits: 1 });
  const most = MOST / scale ** 2;
  if (width * height > most)
    throw new Refusal(
      `${name} has ${width} × ${height} pixels, which is ${millions(width * height)} million; at ×${scale} this page takes up to ${millions(most)} million: choose a smaller photograph or cut a part out of it${scale > 2 ? ", or enlarge by 2" : ""}.`,
    );
  if (Math.max(width, height) * scale > LONGEST)
    throw new Refusal(
      `${name} has ${width} × ${height} pixels; at ×${scale} this page takes sides of up to ${LONGEST / scale}: cut a part out of it.`,
    );
}
