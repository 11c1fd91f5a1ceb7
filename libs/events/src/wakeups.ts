import type { Database } from '@drippulse/db';
import { startLoop } from '@drippulse/loops';
import type { Logger } from '@drippulse/observability';
import type { Notification, PoolClient } from 'pg';

/** Wakes the loops of this process immediately, and the loops of other processes within a few milliseconds. */
export type Wakeups = {
  wake(name: string): void;
  on(name: string, listener: () => void): () => void;
  stop(): Promise<void>;
};

const minGapMs = 10;

/**
 * Starts wake-ups over NOTIFY, at most one every 10 ms, between processes that have the same schema and `channel`.
 * NOTIFY has a connection of its own, because inside other transactions it would make their commits wait for each
 * other. A wake-up may be lost with the connection, so listeners must also poll.
 */
export function startWakeups<DB>(db: Database<DB>, channel: string, log: Logger): Wakeups {
  const listeners = new Map<string, Set<() => void>>();
  const unsent = new Set<string>();
  let client: PoolClient | undefined;
  let timer: NodeJS.Timeout | undefined;

  function wakeHere(name: string): void {
    for (const listener of listeners.get(name) ?? []) listener();
  }

  async function connect(): Promise<undefined> {
    if (client) return;
    const connecting = await db.pool.connect();
    // The pool does not notice the loss of a client that is in use. Without `release`, its place in the pool would be
    // lost too.
    const lost = () => {
      if (client !== connecting) return;
      client = undefined;
      connecting.release(true);
      loop.wake();
    };
    connecting.on('error', lost);
    connecting.on('end', lost);
    try {
      // The transactions of this connection write nothing that must survive a crash, so they need not wait for the
      // disk.
      const { rows } = await connecting.query('select pg_backend_pid() as pid, set_config($1, $2, false)', [
        'synchronous_commit',
        'off',
      ]);
      connecting.on('notification', ({ processId, payload }: Notification) => {
        if (processId !== rows[0]?.pid && payload !== undefined) wakeHere(payload);
      });
      await connecting.query(`listen ${channel}`);
    } catch (error) {
      connecting.release(true);
      throw error;
    }
    client = connecting;
  }

  /** Sends the waiting notifications, one query at a time, because a connection runs only one. */
  function notifySoon(): void {
    timer ??= setTimeout(() => void notifyOnce(), minGapMs);
  }

  async function notifyOnce(): Promise<void> {
    await notify().catch((error: unknown) => log.debug({ err: error }, 'wake-up not sent'));
    timer = undefined;
    if (unsent.size > 0) notifySoon();
  }

  async function notify(): Promise<void> {
    const names = [...unsent];
    unsent.clear();
    await client?.query('select pg_notify($1, name) from unnest($2::text[]) as name', [channel, names]);
  }

  const loop = startLoop({ name: `wake-ups on ${channel}`, log, maxIdleMs: 60_000, run: connect });
  return {
    wake(name) {
      wakeHere(name);
      unsent.add(name);
      notifySoon();
    },
    on(name, listener) {
      const all = listeners.get(name) ?? new Set();
      listeners.set(name, all.add(listener));
      return () => all.delete(listener);
    },
    async stop() {
      await loop.stop();
      clearTimeout(timer);
      unsent.clear();
      const listening = client;
      client = undefined;
      listening?.release(true);
    },
  };
}
