const DATE = String.raw`(\d{4})-(\d{2})-(\d{2})`;
const TIME = String.raw`(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?`;
const ZONE = String.raw`(Z|[+-]\d{2}(?::\d{2})?)`;

const patterns = {
  date: new RegExp(`^${DATE}$`),
  time: new RegExp(`^${TIME}$`),
  timestamp: new RegExp(`^${DATE}(?:[ T]${TIME}${ZONE}?)?$`),
};

/** Decimals of a second that a type keeps. */
const DECIMALS: Readonly<Record<string, number>> = { TIMESTAMP_S: 0, TIMESTAMP_MS: 3, TIMESTAMP_NS: 9, TIME_NS: 9 };

/**
 * A date, time or timestamp in the one spelling that SQL casts; `undefined` where the text is none, or says more than
 * the type `sql` keeps: a part of a second, a zone.
 */
export function readMoment(kind: keyof typeof patterns, text: string, sql: string): string | undefined {
  const match = patterns[kind].exec(text.trim());
  if (match === null) return undefined;
  const parts = match.slice(1);
  const date = kind === 'time' ? [] : parts.slice(0, 3);
  const [hour = '0', minute = '00', second = '00', fraction = '', zone] = kind === 'time' ? parts : parts.slice(3);
  if (date.length > 0 && !isDay(date.map(Number))) return undefined;
  if (kind === 'date') return date.join('-');
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  if (fraction.replace(/0+$/, '').length > (DECIMALS[sql] ?? 6)) return undefined;
  if (zone !== undefined && sql !== 'TIMESTAMP WITH TIME ZONE') return undefined;
  const clock = `${hour.padStart(2, '0')}:${minute}:${second}${fraction === '' ? '' : `.${fraction}`}`;
  return kind === 'time' ? clock : `${date.join('-')} ${clock}${zone ?? ''}`;
}

function isDay([year = 0, month = 0, day = 0]: readonly number[]): boolean {
  const date = new Date(0);
  // Years below 100 are taken for those of the twentieth century elsewhere.
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}
