// Preloaded into a program: at its end, says on standard error which native libraries of engines it had loaded.
process.on('exit', () => {
  const maps = require('node:fs').readFileSync('/proc/self/maps', 'utf8');
  const found = [...new Set(maps.match(/[^/\s]*(?:duckdb|koffi|xgboost)[^/\s]*\.(?:node|so)\b/g) ?? [])];
  process.stderr.write(`native: ${found.join(' ') || 'none'}\n`);
});
