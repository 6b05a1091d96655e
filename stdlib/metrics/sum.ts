/** A running sum that keeps what rounding would lose: the same to the last digit or so in any order of summation. */
export interface Sum {
  readonly add: (term: number) => void;
  readonly total: () => number;
}

/** Compensated summation (Neumaier 1974, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen"). */
export function compensatedSum(): Sum {
  let sum = 0;
  let lost = 0;
  return {
    add(term) {
      const next = sum + term;
      lost += Math.abs(sum) >= Math.abs(term) ? sum - next + term : term - next + sum;
      sum = next;
    },
    total: () => sum + lost,
  };
}
