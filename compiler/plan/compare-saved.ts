import { canonicalJson } from '../json.ts';
import { compareParts, type KeyParts, type Reason } from './describe-change.ts';
import type { PlanStep } from './plan.ts';
import type { Preview, StepPreview } from './preview.ts';
import { savedPreview, type PlanBasis, type SavedPlan } from './saved-plan.ts';

/**
 * Something that is not as a saved plan says. Parts are those of reasons (`param:eta`, `sql`, `source:FILE`), and for what
 * is not of one step `environment:NAME`, `engine:NAME`, `package:NAME`; of steps also `step` (there or not), `input:SLOT`,
 * `after:checks`, `doer:fusedInto`, `doer:sameAs`, `result` (a result that it counted on) and `key`.
 */
export interface SavedChange extends Reason {
  /** The step that it is about, where it is about one. */
  readonly step?: string;
}

/**
 * What has changed since a plan was saved; nothing, when an apply of the preview does what the plan says. Content is
 * compared, not paths: another checkout of the same project is the same. A result that was gained since is no change.
 */
export function compareSaved(saved: SavedPlan, now: Preview, basis: PlanBasis): SavedChange[] {
  const before = savedPreview(saved);
  const own = [
    ...compareMaps('environment', saved.basis.environment, basis.environment),
    ...compareEngines(saved.basis, basis),
    ...comparePackages(before, now),
    ...compareFiles(before, now),
  ];
  const told = new Set(own.map(({ part }) => part.slice(0, part.indexOf(':'))));
  const steps = compareSteps(before, now).filter(({ part }) => !(part === 'engine' || part === 'package') || !told.has(part));
  return [...own, ...steps, ...compareResults(before, now, new Set(steps.map(({ step }) => step)))];
}

function compareMaps(what: string, before: Readonly<Record<string, string>>, now: Readonly<Record<string, string>>): SavedChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort();
  return names.flatMap((name) => (before[name] === now[name] ? [] : [{ part: `${what}:${name}`, before: before[name] ?? null, after: now[name] ?? null }]));
}

function compareEngines({ engines: before }: PlanBasis, { engines: now }: PlanBasis): SavedChange[] {
  return Object.keys(before).sort().flatMap((name) => {
    const [old, own] = [before[name], now[name]];
    // An engine that only one of the plans uses goes with a step that differs.
    if (old === undefined || own === undefined || canonicalJson(old) === canonicalJson(own)) return [];
    const text = ({ version, digest }: typeof old): string => (old.version === own.version && digest !== undefined ? `${version} (${digest})` : version);
    return [{ part: `engine:${name}`, before: text(old), after: text(own) }];
  });
}

function comparePackages(before: Preview, now: Preview): SavedChange[] {
  const digests = (preview: Preview): Record<string, string> => Object.fromEntries(preview.steps.flatMap(({ step }) => (step.package === undefined ? [] : [[step.package.name, step.package.digest]])));
  const [old, own] = [digests(before), digests(now)];
  return compareMaps('package', old, own).filter((change) => change.before !== null && change.after !== null);
}

/** Each file once, however many steps read it: by the place that it has among the files of a step. */
function compareFiles(before: Preview, now: Preview): SavedChange[] {
  const earlier = new Map(before.steps.map(({ step }) => [step.name, step]));
  const changes = new Map<string, SavedChange>();
  for (const { step } of now.steps) {
    const old = earlier.get(step.name)?.roots;
    if (old === undefined || canonicalJson(old.map(({ digest }) => digest)) === canonicalJson(step.roots.map(({ digest }) => digest))) continue;
    const [was, is] = [old, step.roots].map((roots) => new Map(roots.map(({ path, digest }) => [path, digest])));
    for (const path of new Set([...(was?.keys() ?? []), ...(is?.keys() ?? [])])) {
      const [then, digest] = [was?.get(path), is?.get(path)];
      if (then !== digest) changes.set(path, { part: `source:${path}`, before: then ?? null, after: digest ?? null });
    }
  }
  return [...changes.values()];
}

function compareSteps(before: Preview, now: Preview): SavedChange[] {
  const [earlier, later] = [before, now].map(({ steps }) => new Map(steps.map(({ step }) => [step.name, step])));
  const gone = before.steps.flatMap(({ step }): SavedChange[] => (later?.has(step.name) === true ? [] : [{ part: 'step', step: step.name, before: step.kind, after: null }]));
  const changed = now.steps.flatMap(({ step }): SavedChange[] => {
    const old = earlier?.get(step.name);
    // A check that is new or gone is told of once.
    const both = (name: string): boolean => earlier?.has(name) === true && later?.has(name) === true;
    return old === undefined ? [{ part: 'step', step: step.name, before: null, after: step.kind }] : compareStep(old, step, both);
  });
  return [...gone, ...changed];
}

function compareStep(before: PlanStep, now: PlanStep, isInBoth: (name: string) => boolean): SavedChange[] {
  const reasons = before.fingerprint === now.fingerprint ? [] : compareParts(keyParts(before), keyParts(now), now);
  const wired = compareMaps('input', inputsOf(before), inputsOf(now));
  const [were, are] = [before, now].map((step) => step.after.filter(isInBoth).sort().join(', '));
  const after = compareMaps('after', { checks: were ?? '' }, { checks: are ?? '' });
  const doer = compareMaps('doer', doerOf(before), doerOf(now));
  return [...reasons, ...wired, ...after, ...doer].map((reason) => ({ ...reason, step: now.name }));
}

function keyParts({ identity, query }: PlanStep): KeyParts {
  return { parts: identity, ...(query === undefined ? {} : { text: query.text }) };
}

function inputsOf({ inputs }: PlanStep): Record<string, string> {
  return Object.fromEntries(inputs.map(({ slot, step, part, columns }) => [slot, `${part === 'value' ? step : `${step}.${part}`}${columns === undefined ? '' : ` (${columns.join(', ')})`}`]));
}

/** The step that does it on the way, or in its place. */
function doerOf({ fusedInto, sameAs }: PlanStep): Record<string, string> {
  return { ...(fusedInto === undefined ? {} : { fusedInto }), ...(sameAs === undefined ? {} : { sameAs }) };
}

/** Results that the plan counted on and that are lost, or made anew with another content; of steps that are `told` of, they follow. */
function compareResults(before: Preview, now: Preview, told: ReadonlySet<string | undefined>): SavedChange[] {
  const earlier = new Map(before.steps.map((one) => [one.step.name, one]));
  const keys = new Map(now.steps.map(({ step, key }) => [step.name, key]));
  const isSame = (name: string): boolean => keys.get(name) !== undefined && keys.get(name) === earlier.get(name)?.key;
  return now.steps.flatMap((one): SavedChange[] => {
    const old = earlier.get(one.step.name);
    if (old?.key === undefined || one.key === undefined || one.step.fusedInto !== undefined || one.step.sameAs !== undefined || told.has(one.step.name)) return [];
    const { name } = one.step;
    if (old.key === one.key) return isLost(old, one) ? [{ part: 'result', step: name, before: old.key, after: null }] : [];
    const isOwn = old.step.fingerprint === one.step.fingerprint && digestsOf(old) === digestsOf(one) && one.step.inputs.every(({ step }) => isSame(step));
    return isOwn ? [{ part: 'key', step: name, before: old.key, after: one.key }] : [];
  });
}

function isLost(old: StepPreview, now: StepPreview): boolean {
  return old.state === 'cached' && now.state !== 'cached';
}

function digestsOf({ step }: StepPreview): string {
  return step.roots.map(({ digest }) => digest).join();
}
