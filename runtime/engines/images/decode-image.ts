import type { Sharp, default as LoadSharp } from 'sharp';

/** What an image becomes: height, width and channels, the last running fastest. */
export type ImageShape = readonly [height: number, width: number, channels: 1 | 3];

/** An image without its compression. */
export type Decoded =
  | { readonly ok: true; readonly width: number; readonly height: number; readonly pixels: Uint8Array }
  | { readonly ok: false; readonly reason: string };

/** Makes images of one shape: resized where `resize`, and else those of another size are refused. */
export interface Decoder {
  /** PNG or JPEG. */
  readonly decode: (bytes: Uint8Array) => Promise<Decoded>;
  /** Pixels that are not compressed, of a shape of their own. */
  readonly convert: (pixels: Uint8Array, shape: ImageShape) => Promise<Uint8Array>;
}

/** The release whose pixels they are, as package.json pins it: it is in keys. */
export const DECODER = 'sharp 0.35.5';

/** libvips computes an image in one thread; several are decoded at once. */
async function loadSharp(): Promise<typeof LoadSharp> {
  const { default: load } = await import('sharp');
  load.cache(false);
  load.concurrency(1);
  return load;
}

/** Opens a decoder for images of this shape. */
export async function openDecoder(shape: ImageShape, resize: boolean): Promise<Decoder> {
  const load = await loadSharp();
  const [height, width, channels] = shape;
  const sized = (image: Sharp): Sharp => (resize ? image.resize(width, height, { fit: 'fill', kernel: 'cubic' }) : image);
  const colours = async (image: Sharp): Promise<Uint8Array> => {
    const rgb = await sized(image).toColourspace('srgb').raw({ depth: 'uchar' }).toBuffer();
    return channels === 1 ? grayOf(rgb) : new Uint8Array(rgb);
  };
  return {
    decode: async (bytes) => {
      try {
        const image = load(bytes, { failOn: 'error' });
        const { autoOrient } = await image.metadata();
        if (!resize && (autoOrient.height !== height || autoOrient.width !== width)) return { ok: false, reason: otherSize(autoOrient, shape) };
        const pixels = await colours(image.autoOrient().flatten({ background: '#ffffff' }));
        return { ok: true, height: autoOrient.height, width: autoOrient.width, pixels };
      } catch (error) {
        return { ok: false, reason: whyBroken(error) };
      }
    },
    convert: async (pixels, [rows, columns, depth]) => {
      if (rows === height && columns === width && depth === channels) return pixels;
      const image = load(pixels, { raw: { width: columns, height: rows, channels: depth } });
      return depth === 1 && channels === 1 ? new Uint8Array(await sized(image).toColourspace('b-w').raw().toBuffer()) : colours(image);
    },
  };
}

/** Luma as ITU-R 601 has it, in the whole numbers of PIL. */
function grayOf(rgb: Uint8Array): Uint8Array {
  const gray = new Uint8Array(rgb.length / 3);
  for (let i = 0; i < gray.length; i++) gray[i] = ((rgb[3 * i] as number) * 19_595 + (rgb[3 * i + 1] as number) * 38_470 + (rgb[3 * i + 2] as number) * 7471 + 0x8000) >> 16;
  return gray;
}

function otherSize({ height, width }: { readonly height: number; readonly width: number }, [wantedHeight, wantedWidth]: ImageShape): string {
  return `it is ${height} high and ${width} wide, and the first image ${wantedHeight} and ${wantedWidth}`;
}

/** The size of an image as it is shown, from its header, or `undefined` where it cannot be read. */
export async function imageSize(bytes: Uint8Array): Promise<{ readonly height: number; readonly width: number } | undefined> {
  const load = await loadSharp();
  try {
    const { autoOrient } = await load(bytes).metadata();
    return autoOrient;
  } catch {
    return undefined;
  }
}

function whyBroken(error: unknown): string {
  return /unsupported image format|is empty/i.test(String(error)) ? 'it is no PNG or JPEG image' : 'it is broken or cut off';
}
