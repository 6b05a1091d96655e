import type { Compilation, CompileRequest } from '../../compiler/compile.ts';
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
 * Sound compilations of earlier commands, in a folder that can be deleted at any time. A compilation is pure: it follows
 * from its request and the answers to its needs. So one that is kept is good while both are what they were. What answers
 * follow from is in the needs themselves (the text of a query and its columns), except for those about the world
 * outside, which are asked again.
 */
export interface KeptCompilations {
  /** The compilation of this request, if it is kept and the world would say the same to it. */
  readonly find: (request: KeptRequest, supply: Supply) => Promise<Compilation | undefined>;
  /** Runs a compilation, and remembers what it asked of the world. */
  readonly record: (request: KeptRequest, supply: Supply, run: (supply: Supply) => Promise<Compilation>) => Promise<Compilation>;
  /** Writes the last compilation that was recorded, if it was sound. A folder that cannot be written is no failure. */
  readonly save: () => Promise<void>;
}

/** How many are kept: of other files, targets and params. */
const KEPT = 12;

/** Something that was asked of the world, and the digest of what it said. */
type Told = readonly [need: Need, digest: string];

/** Opens the compilations kept in a folder. */
export function openKeptCompilations(folder: string): KeptCompilations {
  const files = openKeptFiles(folder, nodeFiles, { files: KEPT });
  let last: { readonly name: string; readonly write: () => string } | undefined;
  return {
    find: async (request, supply) => {
      const [key, told = '', body = ''] = files.find(nameOf(request))?.toString().split('\n') ?? [];
      if (key !== digestOf(canonicalJson(request))) return undefined;
      const isSame = await saysTheSame(JSON.parse(told) as readonly Told[], supply);
      return isSame ? (JSON.parse(body) as Compilation) : undefined;
    },
    record: async (request, supply, run) => {
      const told: Told[] = [];
      const compilation = await run(async (needs) => {
        const answers = await supply(needs);
        needs.forEach((need, index) => {
          const answer = answers[index];
          if (isOfWorld(need) && answer !== undefined) told.push([need, answerDigest(answer)]);
        });
        return answers;
      });
      const write = (): string => [digestOf(canonicalJson(request)), JSON.stringify(told), JSON.stringify(compilation)].join('\n');
      last = compilation.value === undefined ? undefined : { name: nameOf(request), write };
      return compilation;
    },
    save: async () => {
      const saved = last;
      last = undefined;
      if (saved !== undefined) await files.save(saved.name, Buffer.from(saved.write()));
    },
  };
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
