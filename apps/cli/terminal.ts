import type { Paint, View } from './render/text.ts';

/** Where a command writes, and what it may assume of it. */
export interface Terminal {
  /** Standard output: what the command is for. A line break is added. */
  readonly print: (line: string) => void;
  /** Standard error: warnings and errors. A line break is added. */
  readonly printError: (line: string) => void;
  /** The width of lines, now, and the colours of standard output. */
  readonly view: () => View;
  readonly paintError: Paint;
  /** Lines at the bottom of the terminal that change in place; absent where output is piped or has no colours. */
  readonly openLive?: () => Promise<LiveLines>;
  /** Hears keys as they are pressed, until the function that it returns is called; absent where there is no keyboard. */
  readonly openKeys?: (onKey: (key: string) => void) => () => void;
}

/** Lines that change in place, below what is printed for good. */
export interface LiveLines {
  readonly show: (lines: readonly string[]) => void;
  /** Prints a line above. */
  readonly print: (line: string) => void;
  /** The same on standard error. */
  readonly printError: (line: string) => void;
  /** Takes the lines away and gives the cursor back. */
  readonly close: () => void;
}

/** Widths beyond this one are hard to read across. */
const WIDEST = 120;
/** Where no terminal has a width and COLUMNS says none. */
const PIPED_WIDTH = 100;

/** The terminal that this process was started on. */
export async function openTerminal(): Promise<Terminal> {
  const { stdout, stderr, env } = process;
  const { Chalk, supportsColor, supportsColorStderr } = await import('chalk');
  const plain = (env['NO_COLOR'] ?? '') !== '';
  const painter = (level: 0 | 1 | 2 | 3): Paint => {
    const chalk = new Chalk({ level });
    return (style, text) => chalk[style](text);
  };
  const paint = painter(plain || supportsColor === false ? 0 : supportsColor.level);
  const isLive = stdout.isTTY && !plain && env['TERM'] !== 'dumb' && (env['CI'] ?? '') === '';
  const asked = Number(env['COLUMNS']);
  const piped = Number.isInteger(asked) && asked > 0 ? asked : PIPED_WIDTH;
  const width = (): number => Math.min(stdout.isTTY ? stdout.columns || 80 : piped, WIDEST);
  return {
    print: (line) => stdout.write(`${line}\n`),
    printError: (line) => stderr.write(`${line}\n`),
    view: () => ({ width: width(), paint }),
    paintError: painter(plain || supportsColorStderr === false ? 0 : supportsColorStderr.level),
    ...(isLive ? { openLive: () => openLive(stdout, stderr) } : {}),
    ...(isLive && process.stdin.isTTY ? { openKeys: (onKey) => openKeys(process.stdin, onKey) } : {}),
  };
}

async function openLive(stdout: NodeJS.WriteStream, stderr: NodeJS.WriteStream): Promise<LiveLines> {
  const { createLogUpdate } = await import('log-update');
  const update = createLogUpdate(stdout);
  let shown: readonly string[] = [];
  const above = (stream: NodeJS.WriteStream) => (line: string) => {
    update.clear();
    stream.write(`${line}\n`);
    if (shown.length > 0) update(shown.join('\n'));
  };
  return {
    show: (lines) => {
      // What does not fit the terminal's height could not be taken back.
      shown = lines.slice(0, Math.max(1, (stdout.rows || 24) - 1));
      update(shown.join('\n'));
    },
    print: above(stdout),
    printError: above(stderr),
    close: () => {
      update.clear();
      update.done();
    },
  };
}

const CONTROL_C = '\u0003';

/** Ctrl-C stays what it is everywhere: a terminal that hands over single keys does not send it by itself. */
function openKeys(stdin: NodeJS.ReadStream, onKey: (key: string) => void): () => void {
  const hear = (chunk: Buffer): void => {
    for (const key of chunk.toString('utf8')) {
      if (key === CONTROL_C) process.kill(process.pid, 'SIGINT');
      else onKey(key);
    }
  };
  stdin.setRawMode(true);
  stdin.resume();
  stdin.on('data', hear);
  return () => {
    stdin.off('data', hear);
    stdin.setRawMode(false);
    stdin.pause();
  };
}
