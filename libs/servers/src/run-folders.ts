import { mkdir, mkdtemp } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { removeWithRun } from './end-with-run.ts';
import { runId } from './run-id.ts';

/** Returns the folder that the processes of this run share. It is removed after the run. */
export async function runFolder(): Promise<string> {
  const folder = path.join(os.tmpdir(), `drippulse-run-${runId()}`);
  const isNew = (await mkdir(folder, { recursive: true, mode: 0o700 })) !== undefined;
  if (isNew) removeWithRun(folder);
  return folder;
}

/** Makes a folder for one server. It is removed after the run. */
export async function temporaryFolder(name: string): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), `drippulse-${name}-`));
  removeWithRun(folder);
  return folder;
}
