/** The worker on files that are struck: see `struck-files.ts`. */
import { serveHelper } from '../../../runtime/engines/duckdb/serve-helper.ts';
import { serveSteps } from '../../../runtime/worker/serve-steps.ts';
import { registry } from '../../../stdlib/index.ts';
import { struckFiles } from './struck-files.ts';

if (process.argv[2] === 'duckdb') serveHelper({ exportFeatures: () => Promise.resolve() });
else serveSteps(registry, struckFiles());
