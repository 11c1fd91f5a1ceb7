import { copyFile, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * Keeps the logs of a run, and its evidence as JSON, because the servers and their folder are removed. Returns the new
 * folder.
 */
export async function keepEvidence(folder: string, evidence: object): Promise<string> {
  const kept = await mkdtemp(path.join(tmpdir(), 'drippulse-chaos-broken-'));
  const logs = (await readdir(folder)).filter((name) => name.endsWith('.log'));
  for (const name of logs) await copyFile(path.join(folder, name), path.join(kept, name));
  for (const [name, value] of Object.entries(evidence)) {
    await writeFile(path.join(kept, `${name}.json`), JSON.stringify(value, plain));
  }
  return kept;
}

/**
 * Replaces values that JSON cannot contain: a map with its entries, a set with its members, and a large number with its
 * digits.
 */
function plain(_: string, value: unknown): unknown {
  if (value instanceof Map || value instanceof Set) return [...value];
  return typeof value === 'bigint' ? String(value) : value;
}
