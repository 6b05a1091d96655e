// The child process in which steps run, or SQL is analysed: native code that crashes takes nothing else with it.
if (process.argv[2] === 'analyse') {
  const { serveAnalyses } = await import('../../runtime/engines/duckdb/analysis-server.ts');
  serveAnalyses();
} else {
  const [{ serveSteps }, { registry }] = await Promise.all([
    import('../../runtime/worker/serve-steps.ts'),
    import('../../stdlib/index.ts'),
  ]);
  serveSteps(registry);
}
