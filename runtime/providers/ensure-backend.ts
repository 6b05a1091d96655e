import { diagnose, type Diagnostic } from '../../grammar/diagnostics/diagnostic.ts';
import { backendPackage, findBackend } from './backends.ts';
import type { PackageEntry } from './lock.ts';

/** A backend that is there, or why it is not. */
export type EnsuredBackend = { readonly ok: true; readonly folder: string } | { readonly ok: false; readonly diagnostic: Diagnostic };

/** Finds the package of an engine's backend as a lock pins it, for a step that needs it. Nothing is installed: npm does that. */
export function ensureBackend({ engine, backend, version }: PackageEntry, { project, step }: { readonly project: string; readonly step: string }): EnsuredBackend {
  const name = backendPackage(backend);
  const found = findBackend(backend, project);
  if (found === undefined) return { ok: false, diagnostic: diagnose('engine-not-installed', undefined, { engine, step, backend, name, version }) };
  if (found.version !== version) return { ok: false, diagnostic: diagnose('engine-other-version', undefined, { engine, step, name, version, installed: found.version }) };
  return { ok: true, folder: found.folder };
}
