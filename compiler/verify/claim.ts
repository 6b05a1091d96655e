/** Throws when what has to hold does not. */
export type Claim = (holds: boolean, what: string) => void;
