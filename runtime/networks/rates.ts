/**
 * How the learning rate goes: over `warm_up` epochs it rises evenly to `rate`, and from there it stays (`constant`),
 * falls along half a cosine to `final` at the last step (`cosine`), is multiplied by `factor` after each `every` epochs
 * (`step`), or by `factor` each epoch, evenly over its steps (`exponential`).
 */
export type RateSchedule =
  | { readonly kind: 'constant'; readonly rate: number; readonly warm_up: number }
  | { readonly kind: 'cosine'; readonly rate: number; readonly final: number; readonly warm_up: number }
  | { readonly kind: 'step'; readonly rate: number; readonly every: number; readonly factor: number; readonly warm_up: number }
  | { readonly kind: 'exponential'; readonly rate: number; readonly factor: number; readonly warm_up: number };

/** Where training stands: a step counted from 0, of those in an epoch and of all epochs. */
export interface StepPlace {
  readonly step: number;
  readonly stepsPerEpoch: number;
  readonly epochs: number;
}

/** The learning rate of a step. */
export function rateAt(schedule: RateSchedule, { step, stepsPerEpoch, epochs }: StepPlace): number {
  const warm = Math.round(schedule.warm_up * stepsPerEpoch);
  if (step < warm) return (schedule.rate * (step + 1)) / warm;
  const since = step - warm;
  switch (schedule.kind) {
    case 'constant':
      return schedule.rate;
    case 'cosine': {
      const last = Math.max(1, epochs * stepsPerEpoch - warm - 1);
      return schedule.final + ((schedule.rate - schedule.final) * (1 + Math.cos((Math.PI * since) / last))) / 2;
    }
    case 'step':
      return schedule.rate * schedule.factor ** Math.floor(since / stepsPerEpoch / schedule.every);
    case 'exponential':
      return schedule.rate * schedule.factor ** (since / stepsPerEpoch);
  }
}
