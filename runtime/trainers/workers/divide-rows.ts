import { missingCode, queriesOf, type Feature, type Labelled, type TrainerRows } from '../../data/matrix.ts';
import { takeLabelled, takeMatrix } from '../../data/take-labelled.ts';

/** Rows as they are, also those that are equal to others. */
export function everyRow(rows: TrainerRows): Labelled {
  if (!('groups' in rows)) return rows;
  const { distinct, groups, target, weights } = rows;
  return { matrix: takeMatrix(distinct, groups), target, ...(weights === undefined ? {} : { weights }) };
}

/**
 * Deals rows out to workers in turn, so that each has rows from everywhere: an engine learns where to cut a feature from
 * one worker's rows, or from samples of all. Of a ranking, whose rows stand query after query, whole queries are dealt out.
 */
export function divideRows(rows: Labelled, workers: number): Labelled[] {
  const { target, matrix } = rows;
  const queries = queriesOf(target);
  const places = Array.from({ length: workers }, (): number[] => []);
  let turn = 0;
  for (let row = 0; row < matrix.rows; row++) {
    if (row > 0 && (queries === undefined || queries[row] !== queries[row - 1])) turn = (turn + 1) % workers;
    places[turn]?.push(row);
  }
  return places.map((own) => takeLabelled(rows, Uint32Array.from(own)));
}

/**
 * Validation rows in which a category that comes after all those of the training rows is missing: engines take it for the
 * last one that they know, and a worker knows those of its own rows alone.
 */
export function limitLevels(validate: Labelled, train: Labelled): Labelled {
  const features = validate.matrix.features.map((feature, at): Feature => {
    const trained = train.matrix.features[at];
    if (feature.kind !== 'category' || trained?.kind !== 'category') return feature;
    let highest = -1;
    for (const code of trained.codes) if (code < trained.levels.length) highest = Math.max(highest, code);
    const missing = missingCode(feature.codes);
    return { ...feature, codes: feature.codes.map((code) => (code > highest ? missing : code)) };
  });
  return { ...validate, matrix: { ...validate.matrix, features } };
}
