/**
 * How the learning rate goes: over `warm_up` epochs it rises evenly to `rate`, and from there it stays (`constant`),
 * falls along half a cosine to `final` at the last step (`cosine`), is multiplied by `factor` after each `every` epochs
 * (`step`), or by `factor` each epoch, evenly over its steps (`exponential`). On a plateau, it is multiplied by `factor`,
 * down to `final`, whenever `patience` epochs have brought the followed loss no more than `min_delta` below its best, as Keras'
 * ReduceLROnPlateau does. One cycle rises along half a cosine from `rate / div_factor` over the share `rise` of all steps, and
 * falls along another to `rate / div_factor / final_div_factor` (Smith and Topin 2019, as PyTorch's OneCycleLR).
 */
export type RateSchedule = WarmingSchedule | OneCycle;

type WarmingSchedule =
  | { readonly kind: 'constant'; readonly rate: number; readonly warm_up: number }
  | { readonly kind: 'cosine'; readonly rate: number; readonly final: number; readonly warm_up: number }
  | { readonly kind: 'step'; readonly rate: number; readonly every: number; readonly factor: number; readonly warm_up: number }
  | { readonly kind: 'exponential'; readonly rate: number; readonly factor: number; readonly warm_up: number }
  | PlateauSchedule;

interface PlateauSchedule {
  readonly kind: 'on_plateau';
  readonly rate: number;
  readonly patience: number;
  readonly factor: number;
  readonly min_delta: number;
  readonly final: number;
  readonly warm_up: number;
}

interface OneCycle {
  readonly kind: 'one_cycle';
  readonly rate: number;
  readonly rise: number;
  readonly div_factor: number;
  readonly final_div_factor: number;
}

/** Where training stands: a step counted from 0, of those in an epoch and of all epochs. */
export interface StepPlace {
  readonly step: number;
  readonly stepsPerEpoch: number;
  readonly epochs: number;
  /** The followed loss after each epoch that is done. */
  readonly losses: readonly number[];
}

/** The learning rate of a step. */
export function rateAt(schedule: RateSchedule, { step, stepsPerEpoch, epochs, losses }: StepPlace): number {
  if (schedule.kind === 'one_cycle') return rateInCycle(schedule, step, epochs * stepsPerEpoch);
  const warm = Math.round(schedule.warm_up * stepsPerEpoch);
  if (step < warm) return (schedule.rate * (step + 1)) / warm;
  const since = step - warm;
  switch (schedule.kind) {
    case 'constant':
      return schedule.rate;
    case 'cosine': {
      const last = Math.max(1, epochs * stepsPerEpoch - warm - 1);
      return alongCosine(schedule.rate, schedule.final, since / last);
    }
    case 'step':
      return schedule.rate * schedule.factor ** Math.floor(since / stepsPerEpoch / schedule.every);
    case 'exponential':
      return schedule.rate * schedule.factor ** (since / stepsPerEpoch);
    case 'on_plateau':
      return rateOnPlateau(schedule, losses);
  }
}

/** Half a cosine from one rate to another; `share` is how far it has gone. */
function alongCosine(from: number, to: number, share: number): number {
  return to + ((from - to) * (1 + Math.cos(Math.PI * share))) / 2;
}

function rateInCycle({ rate, rise, div_factor: below, final_div_factor: further }: OneCycle, step: number, steps: number): number {
  const top = rise * steps - 1;
  if (step <= top) return alongCosine(rate / below, rate, top === 0 ? 1 : step / top);
  return alongCosine(rate, rate / below / further, (step - top) / (steps - 1 - top));
}

function rateOnPlateau({ rate, patience, factor, min_delta: minDelta, final }: PlateauSchedule, losses: readonly number[]): number {
  let [now, best, waited] = [rate, Infinity, 0];
  for (const loss of losses) {
    if (loss < best - minDelta) [best, waited] = [loss, 0];
    else if (++waited >= patience) [now, waited] = [Math.max(Math.min(now, final), now * factor), 0];
  }
  return now;
}
