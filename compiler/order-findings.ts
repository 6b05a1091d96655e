import type { Diagnostic } from '../grammar/index.ts';
import type { LoadedProgram, ResolvedProgram } from './program.ts';

/**
 * Findings in the order of the files and of their lines, those without a place last; each once. What is found in every
 * round of a loop is one finding, although it says the names of that round.
 */
export function inOrder(diagnostics: readonly Diagnostic[], program: ResolvedProgram, { files }: LoadedProgram): Diagnostic[] {
  const rank = new Map(files.map(({ file }, index) => [file, index]));
  const rounds = roundNames(program);
  const seen = new Set<string>();
  return diagnostics
    .filter(({ code, span, message }) => {
      const identity = JSON.stringify([code, span, withoutRounds(message, rounds)]);
      return !seen.has(identity) && seen.add(identity);
    })
    .map((one) => ({ one, file: rank.get(one.span?.file ?? '') ?? Infinity, at: one.span?.start ?? Infinity }))
    .sort((a, b) => compare(a.file, b.file) || compare(a.at, b.at))
    .map(({ one }) => one);
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/** Names of steps that loops made, with the names that they were declared with. */
function roundNames({ declarations }: ResolvedProgram): ReadonlyMap<string, string> {
  return new Map(declarations.flatMap(({ name, item, scope }) => (scope.parent === undefined ? [] : [[name, item.name.text]])));
}

/** A message with the names of steps, which stand in back quotes, as they were declared. */
function withoutRounds(message: string, rounds: ReadonlyMap<string, string>): string {
  if (rounds.size === 0) return message;
  return message.replace(/`([^`]+)`/g, (quoted, text: string) => {
    for (let end = text.length; end > 0; end = text.lastIndexOf('.', end - 1)) {
      const declared = rounds.get(text.slice(0, end));
      if (declared !== undefined) return `\`${declared}${text.slice(end)}\``;
    }
    return quoted;
  });
}
