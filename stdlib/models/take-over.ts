import type { RunContext } from '../../compiler/kinds/run.ts';
import type { BlobRef, StoredModel } from '../../compiler/plan/artifact.ts';

/** A model with its content among what this step has made: it stands without the record of the step that made it. */
export async function takeOver(context: RunContext, { kind, task, classes, model, members, features, meta }: StoredModel): Promise<StoredModel> {
  return {
    kind,
    task,
    classes,
    model: await takeOverBlob(context, model),
    ...(members === undefined ? {} : { members: await Promise.all(members.map((member) => takeOver(context, member))) }),
    ...(features === undefined ? {} : { features }),
    ...(meta === undefined ? {} : { meta: await takeOver(context, meta) }),
  };
}

/** A content of another step among what this one has made. */
export async function takeOverBlob(context: RunContext, blob: BlobRef): Promise<BlobRef> {
  return context.putBytes(await context.readBlob(blob.digest));
}
