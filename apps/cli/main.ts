#!/usr/bin/env node
import packageJson from '../../package.json' with { type: 'json' };

const argv = process.argv.slice(2);
if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
  // Answered before anything else is loaded: editors and scripts ask often.
  process.stdout.on('error', () => undefined);
  process.stdout.write(`${packageJson.version}\n`);
} else {
  const { runProcess } = await import('./run-process.ts');
  await runProcess(argv);
}
