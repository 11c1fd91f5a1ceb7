import { execFile } from 'node:child_process';
import { once } from 'node:events';
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

/** The release of stripe-mock. The fake also uses the description of this release. */
const version = 'v0.203.0';

/** Stripe's own mock, which refuses requests that violate Stripe's description. It has no state. */
export type StripeMock = { url: string; stop(): Promise<void> };

/** Starts stripe-mock. If it is missing, it is installed with Go. */
export async function startStripeMock(): Promise<StripeMock | Unavailable> {
  const binary = await install();
  if (typeof binary !== 'string') return binary;
  const port = await freePort();
  // By default, stripe-mock also listens with TLS on a fixed port. Port 0 prevents a conflict between several
  // processes.
  const child = execFile(binary, ['-http-addr', `127.0.0.1:${port}`, '-https-addr', '127.0.0.1:0']);
  const ended = once(child, 'exit');
  if (child.pid !== undefined) endWithRun(child.pid, 'KILL');
  for (let tries = 0; tries < 600 && child.exitCode === null && !(await isListening(port)); tries++) await sleep(50);
  if (child.exitCode !== null) return { unavailable: `stripe-mock ended with ${child.exitCode} when it was started` };
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function install(): Promise<string | Unavailable> {
  const folder = cacheFolder('stripe-mock', version);
  const binary = path.join(folder, 'stripe-mock');
  return withFileLock(`${folder}.lock`, async () => {
    if (await works(binary)) return binary;
    try {
      await run('go', ['install', `github.com/stripe/stripe-mock@${version}`], {
        env: { ...process.env, GOBIN: folder },
      });
      return binary;
    } catch (error) {
      return { unavailable: `Stripe's mock needs Go 1.21 and its module proxy: ${firstLine(error)}` };
    }
  });
}

async function works(binary: string): Promise<boolean> {
  return run(binary, ['-version']).then(
    () => true,
    () => false,
  );
}
