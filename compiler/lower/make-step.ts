import { canonicalJson, type Json, type JsonObject } from '../json.ts';
import { engineOf } from '../kinds/engine-of.ts';
import type { Kind, Machine, Registry } from '../kinds/kind.ts';
import { deriveSeed, fingerprintOf } from '../plan/keys.ts';
import type { Guarantee, PlanStep } from '../plan/plan.ts';

/** What every step of a plan depends on. */
export interface StepSurroundings {
  readonly registry: Registry;
  readonly machine: Machine;
  /** Versions of the engines, by name. */
  readonly engines: Readonly<Record<string, string>>;
  /** Of the pipeline. */
  readonly seed: number;
}

/** What a declaration says of its step; the rest is of its kind. */
export type Lowered = Pick<PlanStep, 'name' | 'keyword' | 'doc' | 'place' | 'params' | 'inputs' | 'roots' | 'outputs' | 'query' | 'learns' | 'group'> & {
  readonly guarantee?: Guarantee;
  /** Parts of the identity beside kind, engine, seed and parameters. */
  readonly extra?: Readonly<Record<string, string>>;
};

/** A step with its identity and fingerprint. */
export function makeStep(surroundings: StepSurroundings, kind: Kind, { extra, guarantee = kind.guarantee, ...lowered }: Lowered): PlanStep {
  const engine = engineOf(kind, surroundings.engines);
  const identity = {
    kind: kind.name,
    'kind-version': String(kind.version),
    ...(engine === undefined ? {} : { engine: `${engine.name} ${engine.version}` }),
    ...(kind.package === undefined ? {} : { package: kind.package.digest }),
    // Of a kind from a package it is not known.
    ...(kind.arithmetic === true || kind.package !== undefined ? { arithmetic: surroundings.machine.arithmetic } : {}),
    ...(guarantee === 'platform' ? { platform: surroundings.machine.platform } : {}),
    ...(kind.seeded ? { seed: seedOf(lowered.params, kind, surroundings) } : {}),
    ...keyedParams(lowered.params, kind),
    ...extra,
  };
  return {
    ...lowered,
    kind: kind.name,
    after: [],
    guarantee,
    ...(engine === undefined ? {} : { engine }),
    ...(kind.package === undefined ? {} : { package: kind.package }),
    identity,
    fingerprint: fingerprintOf(identity),
  };
}

/** The seed of a step with these parameters, and in a fold. */
export function seedOf(params: JsonObject, kind: Pick<Kind, 'name'>, { seed, fold }: { readonly seed: number; readonly fold?: number }): string {
  const stream = params['stream'];
  return deriveSeed(seed, kind.name, { stream: typeof stream === 'number' ? stream : 0, ...(fold === undefined ? {} : { fold }) });
}

function keyedParams(params: JsonObject, kind: Kind): Record<string, string> {
  const unkeyed = new Set([...(kind.unkeyed ?? []), ...(kind.seeded ? ['stream'] : [])]);
  return Object.fromEntries(
    Object.entries(params)
      .filter(([key]) => !unkeyed.has(key))
      .map(([key, value]) => [`param:${key}`, canonicalJson(withoutSecrets(value))]),
  );
}

/** Which variable holds a credential changes no result. */
function withoutSecrets(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(withoutSecrets);
  if (typeof value !== 'object' || value === null) return value;
  if ('$secret' in value) return { $secret: true };
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutSecrets(inner)]));
}
