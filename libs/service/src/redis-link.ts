import { startLoop, withTimeout } from '@drippulse/loops';
import type { Logger } from '@drippulse/observability';

type Client = Awaited<ReturnType<typeof clientOf>>;

/** A connection to Redis that never makes its caller wait while Redis is unavailable, hangs, or cannot write. */
export type RedisLink = {
  /** Sends the commands of rate-limiter-flexible. Each gets its reply within the deadline, or rejects. */
  store: object;
  stop(): Promise<void>;
};

/** Time limit for opening a connection, including TLS and the greeting of Redis. */
const connectTimeoutMs = 2000;
const probeEveryMs = 1000;

/**
 * Connects in the background. The link is a breaker: the first command that fails, or has no reply after `timeoutMs`,
 * drops the connection, because on this connection a hanging Redis would send nothing for a quarter of an hour. From
 * then on every command rejects immediately, until a probe over a new connection has succeeded. The probe is not a
 * caller's command. It writes, because a Redis that is full or read-only still replies to pings. `onAway` gets true
 * while commands are rejected.
 */
export function openRedisLink(
  url: string,
  { log, timeoutMs, onAway }: { log: Logger; timeoutMs: number; onAway(isAway: boolean): void },
): RedisLink {
  let live: Client | undefined;
  let isReported = false;
  onAway(true);

  async function probe(signal: AbortSignal): Promise<number | undefined> {
    if (live !== undefined) return undefined;
    const client = await clientOf(url);
    if (signal.aborted) return undefined;
    client.on('error', (error) => lose(client, error));
    client.on('end', () => lose(client, new Error('Redis closed the connection')));
    const destroy = () => client.destroy();
    signal.addEventListener('abort', destroy);
    try {
      await withTimeout(client.connect(), connectTimeoutMs, 'Connecting to Redis');
      await withTimeout(client.set('drippulse:probe', '1', { PX: probeEveryMs }), timeoutMs, 'An answer of Redis');
    } catch (error) {
      client.destroy();
      report(error);
      return probeEveryMs;
    } finally {
      signal.removeEventListener('abort', destroy);
    }
    if (!client.isReady) return probeEveryMs;
    live = client;
    if (isReported) log.info({}, 'Redis is back');
    isReported = false;
    onAway(false);
    return undefined;
  }

  function lose(client: Client, error: unknown): void {
    if (live !== client) return;
    live = undefined;
    onAway(true);
    report(error);
    // Destroying the client rejects the commands that wait for a reply.
    client.destroy();
    probing.wake();
  }

  function report(error: unknown): void {
    if (!isReported) log.warn({ err: error }, 'Redis is away: limits are counted in this process');
    isReported = true;
  }

  async function ask<T>(command: (client: Client) => Promise<T>): Promise<T> {
    const client = live;
    if (client === undefined) throw new Error('Redis is away');
    try {
      return await withTimeout(command(client), timeoutMs, 'An answer of Redis');
    } catch (error) {
      lose(client, error);
      throw error;
    }
  }

  const probing = startLoop({ name: 'redis', log, maxIdleMs: 60_000, run: probe });
  return {
    store: {
      get isReady() {
        return live !== undefined;
      },
      eval: (...args: Parameters<Client['eval']>) => ask((client) => client.eval(...args)),
      del: (...args: Parameters<Client['del']>) => ask((client) => client.del(...args)),
      multi() {
        if (live === undefined) throw new Error('Redis is away');
        const commands = live.multi();
        const exec = commands.exec.bind(commands);
        return Object.assign(commands, { exec: (isPipeline?: boolean) => ask(() => exec(isPipeline)) });
      },
    },
    async stop() {
      await probing.stop();
      const client = live;
      live = undefined;
      client?.destroy();
    },
  };
}

/** Loads the client with the first connection, because it has 500 modules, and most processes have no Redis. */
async function clientOf(url: string) {
  const { createClient } = await import('@redis/client');
  return createClient({
    url,
    disableOfflineQueue: true,
    socket: { connectTimeout: connectTimeoutMs, reconnectStrategy: false },
  });
}
