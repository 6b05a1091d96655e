import { speakCatboost, type CatboostEvent } from './speak.ts';

/** A model of CatBoost's JSON in its binary format, `.cbm`, which its own package writes. */
export async function catboostBinary(place: string, model: Uint8Array): Promise<Uint8Array> {
  let converted: Uint8Array | undefined;
  const onEvent = (event: CatboostEvent): undefined => {
    if (event.event === 'converted') converted = Buffer.from(event.model, 'base64');
  };
  await speakCatboost({ place, task: { task: 'convert', size: model.length }, data: [model], onEvent });
  if (converted === undefined) throw new Error('CatBoost has converted nothing');
  return converted;
}

/** Loads CatBoost, and says which version it is. */
export async function catboostVersion(place: string): Promise<string> {
  let version = '';
  const onEvent = (event: CatboostEvent): undefined => {
    if (event.event === 'version') version = event.version;
  };
  await speakCatboost({ place, task: { task: 'version' }, data: [], onEvent });
  return version;
}
