/** Loads an engine in this process, as a step would; whatever is wrong with it ends the process. */
export async function probeEngine(engine: string, place: string): Promise<void> {
  switch (engine) {
    case 'duckdb':
      await import('../../runtime/engines/duckdb/duckdb.ts');
      return;
    case 'xgboost':
      await (await import('../../runtime/engines/xgboost/library.ts')).openXgboost(place);
      return;
    case 'lightgbm':
      await (await import('../../runtime/engines/lightgbm/library.ts')).openLightgbm(place);
      return;
    case 'tensorflow':
      await (await import('../../runtime/engines/tensorflow/open-tensorflow.ts')).openTensorflow(place);
      return;
    case 'catboost':
      await (await import('../../runtime/engines/catboost/convert.ts')).catboostVersion(place);
      return;
    case 'tensorflowjs':
      await (await import('../../runtime/engines/tfjs/open-tfjs.ts')).openTfjs(place);
      return;
    default:
      throw new Error(`there is no engine ${engine}`);
  }
}
