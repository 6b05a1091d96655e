import { join } from 'node:path';
import type { Compilation, CompileRequest } from '../../compiler/compile.ts';
import type { Groundwork } from '../../compiler/incremental/groundwork.ts';
import { canonicalJson } from '../../compiler/json.ts';
import type { Answer, Need } from '../../compiler/needs.ts';
import { digestOf } from '../../runtime/store/digest.ts';
import { nodeFiles } from '../../runtime/store/files.ts';
import { openKeptFiles } from '../../runtime/store/kept-files.ts';

/** What a compilation depends on, as plain data; the kinds are those of the program's build. */
export type KeptRequest = Omit<CompileRequest, 'registry' | 'optimize' | 'verify'> & { readonly build: string };

/** Answers needs, as `driveCompilation` wants it. */
export type Supply = (needs: readonly Need[]) => Promise<readonly Answer[]>;

/**
 * Sound compilations of earlier commands, in folders that can be deleted at any time. A compilation is pure: it follows
 * from its request and the answers to its needs. So one that is kept is good while both are what they were. What answers
 * follow from is in the needs themselves (the text of a query and its columns), except for those about the world
 * outside, which are asked again.
 */
export interface KeptCompilations {
  /** The compilation of this request, if it is kept and the world would say the same to it. */
  readonly find: (request: KeptRequest, supply: Supply) => Promise<Compilation | undefined>;
  /**
   * Runs a compilation, and remembers what it asked of the world. It is given the groundwork of the last one that differs
   * in its text alone, if that was of a large file.
   */
  readonly record: (request: KeptRequest, supply: Supply, run: (supply: Supply, groundwork?: Groundwork) => Promise<Compilation>) => Promise<Compilation>;
  /** Writes the last compilation that was recorded, if it was sound. A folder that cannot be written is no failure. */
  readonly save: () => Promise<void>;
}

/** How many are kept: of other files, targets and params. */
const KEPT = 12;

/** Items of a file that are compiled in about the time that reading what is known of them takes. */
const FEW = 50;

/** Something that was asked of the world, and the digest of what it said. */
type Told = readonly [need: Need, digest: string];

/** A compilation on its way to the disk. */
interface Recorded {
  readonly request: KeptRequest;
  readonly told: readonly Told[];
  readonly compilation: Compilation;
}

/** What the next compilation may go on from: until it is on the disk, and where one process compiles often. */
interface Laid {
  /** Of all that it depends on, but for the text. */
  readonly key: string;
  readonly told: readonly Told[];
  readonly groundwork: Groundwork;
}

/** Opens the compilations kept in folders of a cache. */
export function openKeptCompilations(cache: string): KeptCompilations {
  const plans = openKeptFiles(join(cache, 'plans'), nodeFiles, { files: KEPT });
  const grounds = openKeptFiles(join(cache, 'groundwork'), nodeFiles, { files: KEPT });
  let last: Recorded | undefined;
  let laid: Laid | undefined;
  const findLaid = async (request: KeptRequest, supply: Supply): Promise<Laid | undefined> => {
    const wanted = groundKey(request);
    if (laid?.key !== wanted) {
      const [key, told = '', body = ''] = linesOf(grounds.find(nameOf(request)));
      laid = key === wanted ? { key, told: JSON.parse(told) as readonly Told[], groundwork: JSON.parse(body) as Groundwork } : undefined;
    }
    return laid !== undefined && (await saysTheSame(laid.told, supply)) ? laid : undefined;
  };
  return {
    find: async (request, supply) => {
      const [key, told = '', body = ''] = linesOf(plans.find(nameOf(request)));
      if (key !== digestOf(canonicalJson(request))) return undefined;
      const isSame = await saysTheSame(JSON.parse(told) as readonly Told[], supply);
      return isSame ? (JSON.parse(body) as Compilation) : undefined;
    },
    record: async (request, supply, run) => {
      const before = await findLaid(request, supply);
      // What is taken from the groundwork depends on what was told for it.
      const told = new Map((before?.told ?? []).map((one) => [canonicalJson(one[0]), one]));
      const { value, diagnostics } = await run(async (needs) => {
        const answers = await supply(needs);
        needs.forEach((need, index) => {
          const answer = answers[index];
          if (isOfWorld(need) && answer !== undefined) told.set(canonicalJson(need), [need, answerDigest(answer)]);
        });
        return answers;
      }, before?.groundwork);
      laid = value?.groundwork === undefined || value.groundwork.units.length < FEW ? undefined : { key: groundKey(request), told: [...told.values()], groundwork: value.groundwork };
      const compilation: Compilation = { value: value && { plan: value.plan, tests: value.tests }, diagnostics };
      last = value === undefined ? undefined : { request, told: [...told.values()], compilation };
      return compilation;
    },
    save: async () => {
      const saved = last;
      last = undefined;
      if (saved === undefined) return;
      const { request, told, compilation } = saved;
      const name = nameOf(request);
      await plans.save(name, inLines(digestOf(canonicalJson(request)), told, compilation));
      if (laid !== undefined) await grounds.save(name, inLines(laid.key, laid.told, laid.groundwork));
    },
  };
}

function linesOf(content: Buffer | undefined): readonly string[] {
  return content?.toString().split('\n') ?? [];
}

function inLines(key: string, told: readonly Told[], body: unknown): Buffer {
  return Buffer.from([key, JSON.stringify(told), JSON.stringify(body)].join('\n'));
}

function groundKey({ text: _text, ...request }: KeptRequest): string {
  return digestOf(canonicalJson(request));
}

/** Those of one file, with one set of targets and params, replace each other: there is one for each that is in use. */
function nameOf({ file, targets, params }: KeptRequest): string {
  return `${digestOf(canonicalJson({ file, targets, params })).slice(0, 32)}.plan`;
}

function isOfWorld({ need }: Need): boolean {
  switch (need) {
    case 'source':
    case 'package':
    case 'environment':
    case 'files':
      return true;
    case 'describe':
    case 'references':
    case 'analysis':
      return false;
  }
}

/** Asks in the order in which the compiler asked: what it asked later may have followed from what it was told before. */
async function saysTheSame(told: readonly Told[], supply: Supply): Promise<boolean> {
  for (const [need, digest] of told) {
    const [answer] = await supply([need]);
    if (answer === undefined || answerDigest(answer) !== digest) return false;
  }
  return true;
}

/** Kinds are code: they are what the digest of their package says. */
function answerDigest(answer: Answer): string {
  return digestOf(canonicalJson('kinds' in answer ? { ...answer, kinds: null } : answer));
}
