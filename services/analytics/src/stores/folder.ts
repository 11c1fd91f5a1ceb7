import { createReadStream } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FileStore } from './store.ts';

const readBytes = 256 * 1024;

/** Returns a store of files in a folder that all processes of the service share. */
export function folderStore(folder: string): FileStore {
  return {
    name: 'folder',
    async write(name, pieces) {
      const path = join(folder, name);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const file = await open(path, 'w', 0o600);
      try {
        for await (const piece of pieces) await file.writeFile(piece);
        await file.sync();
        return (await file.stat()).size;
      } finally {
        await file.close();
      }
    },
    read: (name) => createReadStream(join(folder, name), { highWaterMark: readBytes }),
    remove: (name) => rm(join(folder, name), { force: true }),
  };
}
