import { readdir, readFile, writeFile, chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { StepError } from '../../compiler/kinds/run.ts';
import { objectKey } from '../../runtime/store/objects.ts';
import { listRuns, readLastApply, readRun } from '../../runtime/store/journal.ts';
import { openStore } from '../../runtime/store/store.ts';
import { newProject } from './fixtures.ts';
import type { ShortStep } from './plans.ts';

const diamond: Readonly<Record<string, ShortStep>> = {
  top: { kind: 'write', text: 'top' },
  left: { kind: 'join', inputs: ['top'], text: 'left' },
  right: { kind: 'join', inputs: ['top'], text: 'right' },
  bottom: { kind: 'join', inputs: ['left', 'right'], text: 'bottom' },
};

describe('a run', () => {
  it('makes each step once, from what those above it made', async () => {
    const { apply, root } = await newProject();
    const first = await apply(diamond);
    expect(first.states).toEqual({ top: 'ran', left: 'ran', right: 'ran', bottom: 'ran' });
    expect(await first.text('bottom')).toBe('top+left+top+right+bottom');
    expect(first.summary.end).toMatchObject({ state: 'done', ran: 4, cached: 0, failed: 0, skipped: 0 });

    const second = await apply(diamond);
    expect(second.states).toEqual({ top: 'cached', left: 'cached', right: 'cached', bottom: 'cached' });
    expect(await second.text('bottom')).toBe('top+left+top+right+bottom');
    expect(await readdir(join(root, 'tmp'))).toEqual([]);
  });

  it('runs only what changed, and stops where the result is the same after all', async () => {
    const { apply } = await newProject();
    const steps = (text: string): Readonly<Record<string, ShortStep>> => ({
      a: { kind: 'write', text },
      b: { kind: 'first', inputs: ['a'] },
      c: { kind: 'join', inputs: ['b'], text: 'c' },
      d: { kind: 'join', inputs: ['c'], text: 'd' },
      other: { kind: 'write', text: 'other' },
    });
    await apply(steps('one'));
    expect((await apply(steps('oxen'))).states).toEqual({ a: 'ran', b: 'ran', c: 'cut-off', d: 'cut-off', other: 'cached' });
    expect((await apply(steps('two'))).states).toEqual({ a: 'ran', b: 'ran', c: 'ran', d: 'ran', other: 'cached' });
    expect((await apply(steps('one'))).states).toEqual({ a: 'cached', b: 'cached', c: 'cached', d: 'cached', other: 'cached' });
  });

  it('makes what two steps have in common once', async () => {
    const { apply } = await newProject();
    const { states, events } = await apply({
      a: { kind: 'slow', text: '50' },
      b: { kind: 'slow', text: '50' },
    });
    expect(states).toEqual({ a: 'ran', b: 'cached' });
    expect(events.filter((event) => event.event === 'step-start')).toHaveLength(1);
  });

  it('does not try what its twin has failed in', async () => {
    const { apply } = await newProject();
    const { states, events } = await apply({
      top: { kind: 'write' },
      a: { kind: 'refuse', inputs: ['top'] },
      b: { kind: 'refuse', inputs: ['top'], sameAs: 'a' },
      c: { kind: 'join', inputs: ['top'] },
      d: { kind: 'join', inputs: ['top'], sameAs: 'c' },
    });
    expect(states).toEqual({ top: 'ran', a: 'failed', b: 'skipped', c: 'ran', d: 'cached' });
    expect(events.filter((event) => event.event === 'step-start')).toHaveLength(3);
  });

  it('makes only what the targets need', async () => {
    const { apply } = await newProject();
    expect((await apply(diamond, { targets: ['left'] })).states).toEqual({ top: 'ran', left: 'ran' });
    const fused = { ...diamond, left: { kind: 'write', text: 'inner', fusedInto: 'bottom' }, bottom: { kind: 'join', inputs: ['right'] } };
    expect((await apply(fused)).states).toEqual({ top: 'cached', right: 'ran', bottom: 'ran' });
    expect((await apply(fused, { targets: ['left'] })).states).toEqual({ left: 'ran' });
  });

  it('gives a step its share, its seed and its engines', async () => {
    const { apply } = await newProject();
    const { text } = await apply(
      { a: { kind: 'where' } },
      { threads: 2, memory: 1000, cost: () => 10, engines: async () => ({ xgboost: 'lib/xgboost.so' }) },
    );
    expect(JSON.parse(await text('a'))).toEqual([2, 1000, { xgboost: 'lib/xgboost.so' }, '42']);
  });

  it('uses a process again', async () => {
    const { apply } = await newProject();
    const { text } = await apply({
      a: { kind: 'process' },
      b: { kind: 'process', inputs: ['a'], text: 'b' },
      c: { kind: 'process', inputs: ['b'], text: 'c' },
    });
    expect(new Set([await text('a'), await text('b'), await text('c')]).size).toBe(1);
  });

  it('keeps figures and warnings of a step in its record', async () => {
    const { apply, root } = await newProject();
    const { summary, events } = await apply({ a: { kind: 'warn' } });
    const store = await openStore(root, { access: 'read' });
    const plan = events.find((event) => event.event === 'plan');
    const record = store.lookup(plan?.steps[0]?.fingerprint ?? '', summary.steps.get('a')?.key ?? '');
    expect(record).toMatchObject({
      kind: 'warn',
      rows: 1,
      warnings: ['something is odd'],
      statistics: { rowsRead: 3 },
      parts: { kind: 'warn', seed: '42', 'param:text': '' },
    });
    expect(record?.peakMemory).toBeGreaterThan(2 ** 20);
    expect(events.at(-2)).toMatchObject({ event: 'step-end', warnings: ['something is odd'] });
  });

  it('is right beside another run on the same store', async () => {
    const project = await newProject();
    const runs = await Promise.all([project.apply(diamond), project.apply(diamond), project.apply(diamond)]);
    for (const { summary, text } of runs) {
      expect(summary.state).toBe('done');
      expect(await text('bottom')).toBe('top+left+top+right+bottom');
    }
    expect((await project.apply(diamond)).summary.end).toMatchObject({ ran: 0, cached: 4 });
    expect(await readdir(join(project.root, 'tmp'))).toEqual([]);
  });
});

describe('a step that fails', () => {
  it.each([
    ['refuse', 'the target has one class', 'check the filter of `legs`'],
    ['bug', "Cannot read properties of undefined (reading 'length')", undefined],
    ['forget', 'the kind `forget` made no `value`', undefined],
    ['nonsense', 'the worker has no kind `nonsense`', undefined],
    ['kill', 'was killed (SIGKILL): most often the system ran out of memory; its last words were:\n  reading\n  about to', '--jobs 1'],
    ['abort', 'crashed in native code (SIGABRT)', 'mlp doctor'],
    ['exit', 'ended with exit code 7', undefined],
  ])('by %s takes down what reads it, and nothing else', async (kind, message, hint) => {
    const { apply } = await newProject();
    const { states, summary, events } = await apply({
      ok: { kind: 'write', text: 'ok' },
      bad: { kind, inputs: ['ok'] },
      below: { kind: 'join', inputs: ['bad', 'ok'] },
      further: { kind: 'join', inputs: ['below'] },
      beside: { kind: 'join', inputs: ['ok'], text: 'beside' },
      after: { kind: 'join', inputs: ['beside'], text: 'after' },
    });
    expect(states).toEqual({ ok: 'ran', bad: 'failed', below: 'skipped', further: 'skipped', beside: 'ran', after: 'ran' });
    expect(summary.end).toMatchObject({ state: 'failed', ran: 3, failed: 1, skipped: 2 });
    const error = summary.steps.get('bad')?.error;
    expect(error?.message).toContain(message);
    expect(error?.message).not.toContain('\n    at ');
    expect(error?.span).toEqual({ file: 'test.mlp', start: 1, end: 2 });
    if (hint === undefined) expect(error?.hint).toBeUndefined();
    else expect(error?.hint).toContain(hint);
    expect(summary.steps.get('further')?.error?.message).toBe('`further` was skipped, because `bad` failed');
    const stacks = events.map((event) => (event.event === 'step-end' ? event.stack : undefined));
    expect(stacks.some((stack) => stack !== undefined)).toBe(['bug', 'forget', 'nonsense'].includes(kind));
  });

  it('goes on from its checkpoint, which is gone afterwards', async () => {
    const { apply, cache } = await newProject();
    const steps = { a: { kind: 'resume' } };
    expect((await apply(steps)).states).toEqual({ a: 'failed' });
    expect(await readdir(join(cache, 'checkpoints'))).toHaveLength(1);
    const second = await apply(steps);
    expect(await second.text('a')).toBe('went on after round 50');
    expect(await readdir(join(cache, 'checkpoints'))).toEqual([]);
  });

  it('for want of its engine says how to get it', async () => {
    const { apply } = await newProject();
    const engines = async (): Promise<never> => {
      throw new StepError('xgboost is not installed', 'run `mlp init`');
    };
    const { summary } = await apply({ a: { kind: 'write' } }, { engines });
    expect(summary.steps.get('a')?.error).toMatchObject({
      code: 'step-failed',
      message: '`a` failed: xgboost is not installed',
      hint: 'run `mlp init`',
    });
  });
});

describe('a check', () => {
  const steps = (text: string): Readonly<Record<string, ShortStep>> => ({
    legs: { kind: 'write', text: 'legs' },
    sane: { kind: 'check', inputs: ['legs'], text },
    reader: { kind: 'join', inputs: ['legs'], after: ['sane'] },
    below: { kind: 'join', inputs: ['reader'] },
    beside: { kind: 'write', text: 'beside' },
  });

  it('that passes lets the readers of its table run', async () => {
    const { apply } = await newProject();
    expect((await apply(steps('pass'))).summary.end).toMatchObject({ state: 'done', ran: 5 });
  });

  it('that does not pass keeps them from running, cached ones too, each time', async () => {
    const { apply } = await newProject();
    await apply(steps('pass'));
    for (const legs of ['cached', 'cached']) {
      const { states, summary, events } = await apply(steps('fail'));
      expect(states).toEqual({ legs, sane: 'failed', reader: 'skipped', below: 'skipped', beside: 'cached' });
      expect(summary.steps.get('sane')?.error?.message).toBe(
        'the check `sane` failed: 12 rows, expected 1000 or more; {"rows":3}',
      );
      expect(events.find((event) => event.event === 'step-end' && event.name === 'sane')).toMatchObject({
        findings: [{ message: '12 rows, expected 1000 or more' }, { rows: 3 }],
      });
    }
    expect((await apply(steps('pass'))).summary.end).toMatchObject({ state: 'done', cached: 5 });
  });
});

describe('a cancelled run', () => {
  it('ends at once and keeps what was finished', async () => {
    const { apply, root } = await newProject();
    const steps: Readonly<Record<string, ShortStep>> = {
      a: { kind: 'write', text: 'a' },
      b: { kind: 'block', inputs: ['a'] },
      c: { kind: 'hang', inputs: ['a'], text: 'c' },
      d: { kind: 'join', inputs: ['b'] },
    };
    const controller = new AbortController();
    let cancelledAt = 0;
    const { summary, states } = await apply(steps, {
      signal: controller.signal,
      onEvent: (event) => {
        if (event.event !== 'step-progress') return;
        cancelledAt = performance.now();
        controller.abort();
      },
    });
    expect(performance.now() - cancelledAt).toBeLessThan(2000);
    expect(states).toEqual({ a: 'ran', b: 'skipped', c: 'skipped' });
    expect(summary.end).toMatchObject({ state: 'cancelled', ran: 1, failed: 0 });
    expect(summary.steps.get('b')?.error).toMatchObject({ code: 'step-cancelled' });
    expect(await readdir(join(root, 'tmp'))).toEqual([]);
    expect((await apply({ a: steps['a']! })).states).toEqual({ a: 'cached' });
  });

  it('that is cancelled before it begins runs nothing', async () => {
    const { apply } = await newProject();
    const { summary } = await apply(diamond, { signal: AbortSignal.abort() });
    expect(summary.end).toMatchObject({ state: 'cancelled', ran: 0 });
  });
});

describe('a damaged store', () => {
  it('fails the step that meets it, and the next run makes the content again', async () => {
    const { apply, root } = await newProject();
    const first = await apply(diamond);
    const artifact = first.summary.steps.get('top')?.outputs?.['value']?.artifact;
    const blob = join(root, objectKey(artifact?.type === 'table' ? artifact.file.digest : ''));
    await chmod(blob, 0o644);
    await writeFile(blob, 'tip');
    const changed = { ...diamond, left: { ...diamond['left']!, text: 'changed' } };
    const second = await apply(changed);
    expect(second.states).toEqual({ top: 'cached', left: 'failed', right: 'cached', bottom: 'skipped' });
    expect(second.summary.damaged).toBe(true);
    expect(second.summary.steps.get('left')?.error).toMatchObject({ code: 'store-damaged' });
    expect(second.summary.steps.get('left')?.error?.message).toContain(blob);
    const third = await apply(changed);
    expect(third.states).toEqual({ top: 'ran', left: 'ran', right: 'cut-off', bottom: 'ran' });
    expect(third.summary.damaged).toBe(false);
  });

  it('fails a step whose record cannot be read', async () => {
    const { apply, root } = await newProject();
    const { summary, events } = await apply(diamond);
    const plan = events.find((event) => event.event === 'plan');
    const fingerprint = plan?.steps.find((step) => step.name === 'left')?.fingerprint ?? '';
    const path = join(root, 'actions', fingerprint.slice(0, 2), fingerprint, `${summary.steps.get('left')?.key}.json`);
    await chmod(path, 0o644);
    await writeFile(path, (await readFile(path, 'utf8')).slice(0, -20));
    const second = await apply(diamond);
    expect(second.states).toEqual({ top: 'cached', left: 'failed', right: 'cached', bottom: 'skipped' });
    expect(second.summary.damaged).toBe(true);
    expect((await apply(diamond)).states).toEqual({ top: 'cached', left: 'ran', right: 'cached', bottom: 'cut-off' });
  });
});

describe('the journal of a run', () => {
  it('has its events but progress, and tells the next plan what was', async () => {
    const { apply, root } = await newProject();
    const { events, summary } = await apply({ ...diamond, model: { kind: 'train' } });
    const store = await openStore(root, { access: 'read' });
    expect(await listRuns(store, 'test')).toEqual([summary.run]);
    const kept = readRun(store, 'test', summary.run);
    expect(kept).toEqual(JSON.parse(JSON.stringify(events.filter((event) => event.event !== 'step-progress'))));
    const last = await readLastApply(store, 'test');
    expect(last?.steps.get('left')?.made?.key).toBe(summary.steps.get('left')?.key);
  });
});
