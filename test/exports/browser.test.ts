import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { beforeAll, expect, it } from 'vitest';
import { everyModelProject, MODELS } from '../support/every-model.ts';
import { expectAnswers } from './expect-answers.ts';
import { findChromium, withPeer } from './peers.ts';

const networks = MODELS.filter(({ kind }) => kind === 'net');

/** `page.ts` with TensorFlow.js, as one script. */
async function bundlePage(): Promise<Uint8Array> {
  const { outputFiles } = await build({ entryPoints: [join(import.meta.dirname, 'page.ts')], bundle: true, write: false, format: 'iife', platform: 'browser', logLevel: 'silent' });
  return outputFiles[0]?.contents ?? new Uint8Array();
}

interface Said {
  readonly answers?: Readonly<Record<string, readonly number[]>>;
  readonly error?: string;
}

/** What the page says of networks whose folders are in `folder`, in Chromium without a window. */
async function askPage(chromium: string, folder: string): Promise<Said> {
  const script = await bundlePage();
  let hear: (said: Said) => void;
  const heard = new Promise<Said>((resolve) => (hear = resolve));
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://page');
    if (request.method === 'POST') {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part)).on('end', () => {
        response.end();
        hear(JSON.parse(Buffer.concat(parts).toString('utf8')) as Said);
      });
    } else if (pathname === '/') response.setHeader('content-type', 'text/html').end('<!doctype html><meta charset="utf-8"><script src="/page.js"></script>');
    else if (pathname === '/page.js') response.setHeader('content-type', 'text/javascript; charset=utf-8').end(script);
    else if (pathname === '/models') response.end(JSON.stringify(networks.map(({ name }) => name)));
    else if (networks.some(({ name }) => pathname.startsWith(`/${name}/`))) response.end(readFileSync(join(folder, pathname)));
    else response.writeHead(404).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const profile = mkdtempSync(join(tmpdir(), 'mlp-chromium-'));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const child = spawn(chromium, ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', `--user-data-dir=${profile}`, '--remote-debugging-port=0', address], { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  // Its helpers write into the profile until they end themselves: they hold its stderr, so `close` is the end of the last of them.
  child.stderr.resume();
  const ended = once(child, 'close').then(([code]): Said => ({ error: `Chromium ended with ${String(code)}` }));
  try {
    return await Promise.race([heard, ended]);
  } finally {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGKILL');
    await ended;
    server.closeAllConnections();
    server.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

withPeer('exported networks, opened by TensorFlow.js in Chromium', findChromium(), (chromium) => {
  const project = everyModelProject();
  let said: Said;
  beforeAll(async () => {
    const targets = networks.flatMap(({ name }) => ['--target', name]);
    const applied = await project.run(['apply', 'p.mlp', '--quiet', ...targets]);
    expect(applied.code, applied.output).toBe(0);
    for (const { name, features } of networks) {
      for (const [what, out] of [[name, name], [`${features}.test`, `${name}/rows.ndjson`]] as const) {
        const exported = await project.run(['export', 'p.mlp', what, '-o', out]);
        expect(exported.code, exported.output).toBe(0);
      }
    }
    said = await askPage(chromium, project.folder);
  });

  for (const { name, task, split } of networks) {
    it(`${name} (${task}) answers for exported features as in training`, async () => {
      expect(said.error).toBeUndefined();
      await expectAnswers(project, { model: name, split }, said.answers?.[name] ?? [], 1e-5);
    });
  }
});
