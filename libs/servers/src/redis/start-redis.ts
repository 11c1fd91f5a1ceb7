import { mkdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { startChildServer } from '../child-server.ts';
import { freePort } from '../ports.ts';
import { temporaryFolder } from '../run-folders.ts';
import { firstLine, type Unavailable } from '../unavailable.ts';
import { findRedisBinary } from './binary.ts';

/** A Redis server on 127.0.0.1 without persistence: `restart` starts it empty on the same port. */
export type RedisServer = {
  url: string;
  /** Its process, another one after a restart. */
  readonly pid: number;
  /** Sends SIGKILL. */
  kill(): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
};

const stopPatienceMs = 5_000;

/** Starts Redis, found on the PATH or fetched the first time. It ends with the run at the latest. */
export async function startRedis(
  options: { port?: number; dataDir?: string; onProgress?(message: string): void } = {},
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

async function launch(binary: string, options: { port?: number; dataDir?: string }): Promise<RedisServer> {
  const folder = options.dataDir ?? (await temporaryFolder('redis'));
  await mkdir(folder, { recursive: true });
  const dir = await realpath(folder);
  const port = options.port ?? (await freePort());
  const start = () =>
    startChildServer({
      command: [binary, '--port', `${port}`, '--bind', '127.0.0.1', '--dir', dir, '--save', '', '--appendonly', 'no'],
      logFile: path.join(dir, 'redis.log'),
      isReady: (log) => log.includes('Ready to accept connections'),
    });
  let server = await start();
  return {
    url: `redis://127.0.0.1:${port}`,
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
