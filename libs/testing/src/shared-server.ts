import { readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Unavailable } from '@drippulse/servers';
import { isRunProcess, runFolder, withFileLock } from '@drippulse/servers';

/**
 * A server that all processes of a test run share. `stop` ends the server only if it is called in the run's main
 * process.
 */
export type SharedServer = { address: string; stop(): Promise<void> };

/**
 * Starts the server in the first process of the run that calls this function. All other processes get the address of
 * this server.
 */
export async function shareWithRun(
  name: string,
  start: (folder: string) => Promise<SharedServer | Unavailable>,
): Promise<SharedServer | Unavailable> {
  const folder = await runFolder();
  const addressFile = path.join(folder, `${name}.address`);
  return withFileLock(path.join(folder, `${name}.lock`), async () => {
    const known = await readFile(addressFile, 'utf8').catch(() => undefined);
    if (known !== undefined) return { address: known, stop: async () => undefined };
    const server = await start(path.join(folder, name));
    if ('unavailable' in server) return server;
    await writeFile(addressFile, server.address);
    return {
      address: server.address,
      async stop() {
        if (!isRunProcess()) return;
        await server.stop();
        await rm(addressFile, { force: true });
        await rm(path.join(folder, name), { recursive: true, force: true });
        await rmdir(folder).catch(() => undefined);
      },
    };
  });
}
