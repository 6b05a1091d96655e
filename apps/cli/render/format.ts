/** `3,000,000`, of a whole number. Not by its locale: the first use of those takes longer than all that is shown. */
export function formatCount(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** `0.3 s`, `12 s`, `2 min 5 s`, `1 h 4 min` */
export function formatSeconds(seconds: number): string {
  if (seconds < 0.05) return '0.0 s';
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** The time for one row: `71 µs`, `8.2 ms`. */
export function formatLatency(seconds: number): string {
  if (seconds < 1e-6) return `${(seconds * 1e9).toPrecision(3)} ns`;
  if (seconds < 1e-3) return `${(seconds * 1e6).toPrecision(3)} µs`;
  return seconds < 1 ? `${(seconds * 1e3).toPrecision(3)} ms` : formatSeconds(seconds);
}

/** In decimal units, as the language writes them: `812 B`, `5.8 MB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit] ?? 'B'}`;
}

/** The decimals with which the largest of some values is read well: four, fewer for large ones, more for tiny ones. */
export function decimalsFor(values: readonly number[]): number {
  const largest = Math.max(0, ...values.filter(Number.isFinite).map(Math.abs));
  if (largest === 0) return 4;
  const magnitude = Math.floor(Math.log10(largest));
  return Math.min(12, Math.max(0, magnitude >= 0 ? 4 - magnitude : magnitude >= -2 ? 4 : 3 - magnitude));
}

/** A metric for people: with four decimals or so, or as many as its neighbours have; `–` where it is not defined. */
export function formatMetric(value: number | null | undefined, decimals?: number): string {
  if (value === null || value === undefined) return '–';
  if (!Number.isFinite(value)) return String(value);
  const digits = decimals ?? decimalsFor([value]);
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** A number among others of no known kind: whole numbers with separators, the rest with at most six significant digits. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return formatCount(value);
  return String(Number(value.toPrecision(6)));
}

/** `69.9%` of a whole. */
export function formatShare(part: number, whole: number): string {
  return whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)}%`;
}

/** The first characters of a digest, enough to tell it from others. */
export function shortDigest(digest: string): string {
  return digest.slice(0, 12);
}

/** `2026-01-31 12:30:05 UTC` of an ISO time. */
export function formatTime(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}
