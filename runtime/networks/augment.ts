import type { Shape } from './description.ts';

/** A change of an image that leaves what it shows. */
export type Augmentation =
  | { readonly kind: 'random_flip'; readonly direction: 'horizontal' | 'vertical' | 'both' }
  /** At most so many pixels off its place on each axis. */
  | { readonly kind: 'random_crop'; readonly padding: number }
  /** At most this share of a full turn, either way. */
  | { readonly kind: 'random_rotation'; readonly factor: number };

/** Images of a batch, and what is done to each of them. */
export interface Augmented {
  /** Height, width, channels. */
  readonly shape: Shape;
  readonly steps: readonly Augmentation[];
  /** Uniform numbers from 0 to 1. */
  readonly draw: () => number;
}

/**
 * Changes images of shape (rows, height, width, channels) in place, one after the other. What comes in from beyond an edge is
 * mirrored there (Keras' `fill_mode="reflect"`), and a turned image is interpolated between the four nearest pixels.
 */
export function augmentImages(images: Float32Array, { shape, steps, draw }: Augmented): void {
  const [height = 1, width = 1, channels = 1] = shape;
  const size = height * width * channels;
  const before = new Float32Array(size);
  for (let at = 0; at < images.length; at += size) {
    const image: Image = { from: before, to: images.subarray(at, at + size), height, width, channels };
    for (const step of steps) {
      before.set(image.to);
      changeImage(image, step, draw);
    }
  }
}

interface Image {
  readonly from: Float32Array;
  readonly to: Float32Array;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

function changeImage(image: Image, step: Augmentation, draw: () => number): void {
  const { height, width } = image;
  switch (step.kind) {
    case 'random_flip': {
      const across = step.direction !== 'vertical' && draw() < 0.5;
      const over = step.direction !== 'horizontal' && draw() < 0.5;
      copyPixels(image, (y) => (over ? height - 1 - y : y), (x) => (across ? width - 1 - x : x));
      break;
    }
    case 'random_crop': {
      const [down, right] = [draw(), draw()].map((drawn) => Math.floor(drawn * (2 * step.padding + 1)) - step.padding) as [number, number];
      copyPixels(image, (y) => mirrored(y + down, height), (x) => mirrored(x + right, width));
      break;
    }
    case 'random_rotation':
      rotateImage(image, (2 * draw() - 1) * step.factor * 2 * Math.PI);
  }
}

function copyPixels({ from, to, height, width, channels }: Image, row: (y: number) => number, column: (x: number) => number): void {
  for (let y = 0; y < height; y++) {
    const line = row(y) * width;
    for (let x = 0; x < width; x++) {
      const source = (line + column(x)) * channels;
      const target = (y * width + x) * channels;
      for (let channel = 0; channel < channels; channel++) to[target + channel] = from[source + channel] as number;
    }
  }
}

/** Turns an image about its middle. */
export function rotateImage({ from, to, height, width, channels }: Image, angle: number): void {
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const [middleY, middleX] = [(height - 1) / 2, (width - 1) / 2];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const sourceY = cosine * (y - middleY) + sine * (x - middleX) + middleY;
      const sourceX = cosine * (x - middleX) - sine * (y - middleY) + middleX;
      const [top, left] = [Math.floor(sourceY), Math.floor(sourceX)];
      const [down, right] = [sourceY - top, sourceX - left];
      const [upper, lower] = [mirrored(top, height) * width, mirrored(top + 1, height) * width];
      const [first, second] = [mirrored(left, width), mirrored(left + 1, width)];
      const target = (y * width + x) * channels;
      for (let channel = 0; channel < channels; channel++) {
        const value = (line: number, column: number): number => from[(line + column) * channels + channel] as number;
        const above = (1 - right) * value(upper, first) + right * value(upper, second);
        const below = (1 - right) * value(lower, first) + right * value(lower, second);
        to[target + channel] = (1 - down) * above + down * below;
      }
    }
  }
}

/** The place within a length of one that may lie beyond: … 1 0 | 0 1 … n−1 | n−1 n−2 … */
function mirrored(place: number, length: number): number {
  const within = ((place % (2 * length)) + 2 * length) % (2 * length);
  return within < length ? within : 2 * length - 1 - within;
}
