import { chmod, mkdir, writeFile } from 'node:fs/promises';

/** Writes a file that only its owner can read, even if it existed with other permissions. */
export async function writePrivateFile(file: string, text: string): Promise<void> {
  await writeFile(file, text, { mode: 0o600 });
  await chmod(file, 0o600);
}

/** Makes a folder that only its owner can enter, even if it existed with other permissions. */
export async function makePrivateFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
}
