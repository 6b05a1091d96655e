/** Parts of a date or a time, as pandas counts them: Monday is day 0 of the week, weeks are those of ISO 8601. */
export const DATE_PARTS = ['year', 'quarter', 'month', 'week', 'day', 'dow', 'doy', 'hour', 'minute', 'second'] as const;

/** A part of a date or a time. */
export type DatePart = (typeof DATE_PARTS)[number];

/** Parts that come round again. */
export const CYCLIC_PARTS = ['quarter', 'month', 'day', 'dow', 'doy', 'hour', 'minute', 'second'] as const;

/** A part that comes round again. */
export type CyclicPart = (typeof CYCLIC_PARTS)[number];

/** Parts that a time of day has. */
export const TIME_PARTS: readonly DatePart[] = ['hour', 'minute', 'second'];

const DAY = 86_400e6;

/** A part of a time in microseconds since 1970; NaN of NaN. */
export function datePart(part: DatePart, time: number): number {
  const days = Math.floor(time / DAY);
  switch (part) {
    case 'hour':
      return Math.floor((time - days * DAY) / 3600e6);
    case 'minute':
      return Math.floor((time - days * DAY) / 60e6) % 60;
    case 'second':
      return Math.floor((time - days * DAY) / 1e6) % 60;
    case 'dow':
      return modulo(days + 3, 7);
    case 'week':
      return isoWeek(days);
    default:
      return calendarPart(part, days);
  }
}

function calendarPart(part: 'year' | 'quarter' | 'month' | 'day' | 'doy', days: number): number {
  if (Number.isNaN(days)) return NaN;
  const { year, month, day } = civil(days);
  switch (part) {
    case 'year':
      return year;
    case 'quarter':
      return Math.ceil(month / 3);
    case 'month':
      return month;
    case 'day':
      return day;
    case 'doy':
      return days - firstOf(year) + 1;
  }
}

/**
 * How far round a part is, from 0 to less than 1: its turn is as long as it has values, for `day` and `doy` the days of
 * that month or year.
 */
export function turnOf(part: CyclicPart, time: number): number {
  const value = datePart(part, time);
  switch (part) {
    case 'quarter':
      return (value - 1) / 4;
    case 'month':
      return (value - 1) / 12;
    case 'day':
      return (value - 1) / daysOfMonth(time);
    case 'dow':
      return value / 7;
    case 'doy':
      return (value - 1) / daysOfYear(datePart('year', time));
    case 'hour':
      return value / 24;
    case 'minute':
    case 'second':
      return value / 60;
  }
}

/**
 * Year, month and day of a day since 1970, in the proleptic Gregorian calendar: Howard Hinnant's `civil_from_days`
 * ("chrono-Compatible Low-Level Date Algorithms"), with years that begin in March.
 */
function civil(days: number): { readonly year: number; readonly month: number; readonly day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day: dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1 };
}

/** The day since 1970 on which a year begins. */
function firstOf(year: number): number {
  const before = year - 1;
  return before * 365 + Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400) - 719_162;
}

function daysOfYear(year: number): number {
  return firstOf(year + 1) - firstOf(year);
}

function daysOfMonth(time: number): number {
  const month = datePart('month', time);
  if (month === 2) return daysOfYear(datePart('year', time)) - 337;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** A week belongs to the year of its Thursday. */
function isoWeek(days: number): number {
  if (Number.isNaN(days)) return NaN;
  const thursday = days - modulo(days + 3, 7) + 3;
  return Math.floor((thursday - firstOf(civil(thursday).year)) / 7) + 1;
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}
