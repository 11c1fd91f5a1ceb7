import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { withFileLock } from '@drippulse/servers';

/**
 * Downloads a file once for all processes. `fetch` downloads the file into a draft folder and returns its path. Then
 * the SHA-256 of the file is verified, `unpack` makes the contents of `target` from the file, and a rename puts them in
 * place atomically.
 */
export async function fetchOnce(
  target: string,
  parts: {
    sha256: string;
    fetch(draft: string): Promise<string>;
    unpack(file: string, draft: string): Promise<string>;
  },
): Promise<void> {
  if (await exists(target)) return;
  await withFileLock(`${target}.lock`, async () => {
    if (await exists(target)) return;
    const folder = path.dirname(target);
    await mkdir(folder, { recursive: true });
    const draft = await mkdtemp(path.join(folder, '.fetch-'));
    try {
      const file = await parts.fetch(draft);
      const found = createHash('sha256')
        .update(await readFile(file))
        .digest('hex');
      if (found !== parts.sha256) throw new Error(`${path.basename(file)} has SHA-256 ${found}, not ${parts.sha256}`);
      await rename(await parts.unpack(file, draft), target);
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  });
}

function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
