import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import {
  cacheFolder,
  endWithRun,
  firstLine,
  freePort,
  isListening,
  type Unavailable,
  withFileLock,
} from '@drippulse/servers';

const run = promisify(execFile);

const version = 'v1.8.0';
const bucket = 'reports';
const keys = { accessKeyId: 'drippulse', secretAccessKey: 'a secret of tests' };

/** A server of S3's protocol with a bucket. Its settings have the names of the store's settings. */
export type S3Server = {
  settings: { endpoint: string; region: string; accessKeyId: string; secretAccessKey: string };
  stop(): Promise<void>;
};

/** Starts Versity's gateway, a server of S3's protocol over a folder. Go installs the gateway if it is missing. */
export async function startS3Server(): Promise<S3Server | Unavailable> {
  const binary = await install();
  if (typeof binary !== 'string') return binary;
  const folder = await mkdtemp(path.join(tmpdir(), 's3-'));
  await mkdir(path.join(folder, 'root', bucket), { recursive: true });
  await mkdir(path.join(folder, 'sidecar'));
  const port = await freePort();
  const child = execFile(
    binary,
    [
      ...['--port', `127.0.0.1:${port}`, '--region', 'us-east-1', '--quiet'],
      // Keeps metadata in a sidecar folder, because the file system of a test may lack extended attributes.
      ...['posix', '--sidecar', path.join(folder, 'sidecar'), path.join(folder, 'root')],
    ],
    { env: { ...process.env, ROOT_ACCESS_KEY: keys.accessKeyId, ROOT_SECRET_KEY: keys.secretAccessKey } },
  );
  const ended = once(child, 'exit');
  if (child.pid !== undefined) endWithRun(child.pid, 'KILL');
  for (let tries = 0; tries < 600 && child.exitCode === null && !(await isListening(port)); tries++) await sleep(50);
  if (child.exitCode !== null) return { unavailable: `versitygw ended with ${child.exitCode} when it was started` };
  return {
    settings: { endpoint: `http://127.0.0.1:${port}/${bucket}`, region: 'us-east-1', ...keys },
    async stop() {
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function install(): Promise<string | Unavailable> {
  const folder = cacheFolder('versitygw', version);
  const binary = path.join(folder, 'versitygw');
  return withFileLock(`${folder}.lock`, async () => {
    if (await works(binary)) return binary;
    try {
      await run('go', ['install', `github.com/versity/versitygw/cmd/versitygw@${version}`], {
        env: { ...process.env, GOBIN: folder },
      });
      return binary;
    } catch (error) {
      return { unavailable: `A server of S3's protocol needs Go and its module proxy: ${firstLine(error)}` };
    }
  });
}

async function works(binary: string): Promise<boolean> {
  return run(binary, ['--version']).then(
    () => true,
    () => false,
  );
}
