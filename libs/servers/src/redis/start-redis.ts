import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { startChildServer } from '../child-server.ts';
import { freePort } from '../ports.ts';
import { makePrivateFolder, writePrivateFile } from '../private-file.ts';
import { temporaryFolder } from '../run-folders.ts';
import { firstLine, type Unavailable } from '../unavailable.ts';
import { findRedisBinary } from './binary.ts';

/** A Redis server on 127.0.0.1 without persistence: `restart` starts it empty on the same port. */
export type RedisServer = {
  url: string;
  /** The process id of the server, which changes at a restart. */
  readonly pid: number;
  /** Sends SIGKILL. */
  kill(): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
};

const stopPatienceMs = 5_000;

/**
 * Starts Redis. The program is found on the PATH, or fetched the first time. The server ends with the run at the
 * latest. If a password is set, the URL contains it, and clients without it are refused.
 */
export async function startRedis(
  options: { port?: number; dataDir?: string; password?: string; onProgress?(message: string): void } = {},
): Promise<RedisServer | Unavailable> {
  try {
    const binary = await findRedisBinary(options.onProgress);
    if (binary !== undefined) return await launch(binary, options);
    return { unavailable: howToGetRedis('') };
  } catch (error) {
    return { unavailable: howToGetRedis(` (${firstLine(error)})`) };
  }
}

function howToGetRedis(tried: string): string {
  return `Redis needs redis-server or valkey-server on the PATH, or Maven Central, or a server named in TEST_REDIS_URL${tried}.`;
}

async function launch(
  binary: string,
  options: { port?: number; dataDir?: string; password?: string },
): Promise<RedisServer> {
  const folder = options.dataDir ?? (await temporaryFolder('redis'));
  await makePrivateFolder(folder);
  const dir = await realpath(folder);
  const port = options.port ?? (await freePort());
  const { password } = options;
  // The password is in a file, because everybody on the machine can see the arguments of a process.
  const config = path.join(dir, 'redis.conf');
  await writePrivateFile(config, password === undefined ? '' : `requirepass "${password}"\n`);
  const start = () =>
    startChildServer({
      command: [
        binary,
        config,
        '--port',
        `${port}`,
        '--bind',
        '127.0.0.1',
        '--dir',
        dir,
        '--save',
        '',
        '--appendonly',
        'no',
      ],
      logFile: path.join(dir, 'redis.log'),
      isReady: (log) => log.includes('Ready to accept connections'),
    });
  let server = await start();
  return {
    url: `redis://${password === undefined ? '' : `:${password}@`}127.0.0.1:${port}`,
    get pid() {
      return server.pid;
    },
    kill: () => server.kill(),
    stop: () => server.stop(stopPatienceMs),
    async restart() {
      await server.stop(stopPatienceMs);
      server = await start();
    },
  };
}
