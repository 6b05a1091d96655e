const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A bar of a share of `width` cells, in eighths of a cell. */
export function bar(share: number, width: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * width * 8);
  return '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '');
}

/** A bar of a share of `width` cells with a mark where another share would end. */
export function markedBar(share: number, mark: number, width: number): string {
  const cells = [...bar(share, width).padEnd(width)];
  cells[Math.min(width - 1, Math.max(0, Math.floor(mark * width)))] = '│';
  return cells.join('').trimEnd();
}

const LEVELS = '▁▂▃▄▅▆▇█';

/** Counts as one line of blocks, a cell each; what is there at all is seen. */
export function histogram(counts: readonly number[]): string {
  const most = Math.max(1, ...counts);
  return counts.map((count) => (count === 0 ? ' ' : (LEVELS[Math.ceil((count / most) * LEVELS.length) - 1] ?? ''))).join('');
}

/** Dots of a braille character, by column and by row from its top: the bits of Unicode's pattern. */
const DOTS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;

/** A curve over its index as `height` lines of braille, of at most `width` cells: 2 dots across and 4 down in each cell. */
export function lineChart(values: readonly number[], width: number, height: number): string[] {
  const finite = values.filter(Number.isFinite);
  const columns = Math.max(1, Math.min(width * 2, finite.length));
  const at = (column: number): number => finite[columns === 1 ? 0 : Math.round((column * (finite.length - 1)) / (columns - 1))] ?? 0;
  const low = Math.min(...finite);
  const span = Math.max(...finite) - low || 1;
  const rows = height * 4;
  const rowOf = (value: number): number => rows - 1 - Math.round(((value - low) / span) * (rows - 1));
  const cells = Array.from({ length: height }, () => new Uint8Array(Math.ceil(columns / 2)));
  for (let column = 0; column < columns; column++) {
    const here = rowOf(at(column));
    const before = column === 0 ? here : rowOf(at(column - 1));
    // Steep pieces are drawn from where the last column ended, so that the line has no gaps.
    const from = before === here ? here : before < here ? before + 1 : before - 1;
    for (let row = Math.min(from, here); row <= Math.max(from, here); row++) {
      const line = cells[row >> 2];
      if (line !== undefined) line[column >> 1] = (line[column >> 1] ?? 0) | (DOTS[column & 1]?.[row & 3] ?? 0);
    }
  }
  return cells.map((line) => [...line].map((bits) => (bits === 0 ? ' ' : String.fromCodePoint(0x2800 + bits))).join('').trimEnd());
}
