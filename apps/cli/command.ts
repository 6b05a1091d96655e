import type { Session, SessionOptions } from '../session/session.ts';
import type { Completions } from './render/render-completion.ts';
import type { Terminal } from './terminal.ts';

/** The flags that every command takes. */
export interface GlobalFlags {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly debug: boolean;
  /** Absolute: where the command was started, or `-C DIR`. Paths on the command line are relative to it. */
  readonly folder: string;
  readonly session: SessionOptions;
}

/** What asks a command to stop: Ctrl-C, or that nobody reads its standard output any more. */
export type Interruption = 'signal' | 'unread';

/** What a command has to work with. */
export interface CommandContext {
  readonly flags: GlobalFlags;
  readonly terminal: Terminal;
  /** Runs an action with the project opened, and closes it. */
  readonly withSession: <T>(action: (session: Session) => Promise<T>, options?: Partial<SessionOptions>) => Promise<T>;
  /** Calls a handler at Ctrl-C, in place of ending the program, and once nobody reads the output, until the function that it returns is called. */
  readonly onInterrupt: (handler: (why: Interruption) => void) => () => void;
  /** The commands with their arguments and flags, for completion. */
  readonly describeFlags: () => Omit<Completions, 'words'>;
}

/** The arguments and options of one command, as the command line gave them. */
export interface Given {
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
}

/** Runs a command; what it returns is the exit code. What is wrong with the user's input it throws as a `Failure`. */
export type RunCommand = (context: CommandContext, given: Given) => Promise<number>;

/** A command as help and the parser of arguments know it; what it does is loaded when it is run. */
export interface CommandSpec {
  readonly name: string;
  /** In commander's form: `<file> [step]`. */
  readonly args: string;
  readonly summary: string;
  /** Options beside those that every command takes: flags and what they do. */
  readonly options: readonly (readonly [flags: string, description: string])[];
  readonly examples: readonly string[];
  readonly load: () => Promise<RunCommand>;
}
