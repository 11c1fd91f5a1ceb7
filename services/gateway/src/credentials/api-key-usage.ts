import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { Client } from '@connectrpc/connect';
import { type Clock, type LoopLog, startLoop } from '@drippulse/loops';
import type { CredentialsService } from '@drippulse/proto/drippulse/identity/v1/credentials_pb';

/** Counts the requests of API keys in memory and sends the counts to the identity service in batches. */
export type ApiKeyUsage = {
  count(apiKeyId: bigint, isError: boolean): void;
  /** Sends the last batch. */
  stop(): Promise<void>;
};

type Counted = { apiKeyId: bigint; day: string; requests: bigint; errors: bigint; lastUsedAt: Date };

/**
 * Interval of the writes. The API promises that a crash loses at most 10 s of counts, which leaves 5 s for a slow
 * write.
 */
const sendEveryMs = 5000;

export function startApiKeyUsage(options: {
  identity: () => Pick<Client<typeof CredentialsService>, 'recordApiKeyUsage'>;
  clock: Clock;
  log: LoopLog;
}): ApiKeyUsage {
  const { identity, clock, log } = options;
  let counts = new Map<string, Counted>();

  async function send(): Promise<undefined> {
    const batch = counts;
    counts = new Map();
    if (batch.size === 0) return;
    const usage = [...batch.values()];
    try {
      await identity().recordApiKeyUsage({
        usage: usage.map(({ lastUsedAt, ...counted }) => ({ ...counted, lastUsedAt: timestampFromDate(lastUsedAt) })),
      });
    } catch (error) {
      for (const counted of usage) add(counted);
      throw error;
    }
  }

  function add(counted: Counted): void {
    const key = `${counted.day} ${counted.apiKeyId}`;
    const known = counts.get(key);
    if (!known) {
      counts.set(key, counted);
      return;
    }
    known.requests += counted.requests;
    known.errors += counted.errors;
    if (counted.lastUsedAt > known.lastUsedAt) known.lastUsedAt = counted.lastUsedAt;
  }

  const loop = startLoop({ name: 'api-key-usage', log, maxIdleMs: sendEveryMs, run: send });
  return {
    count(apiKeyId, isError) {
      const lastUsedAt = clock.now();
      const day = lastUsedAt.toISOString().slice(0, 10);
      add({ apiKeyId, day, requests: 1n, errors: isError ? 1n : 0n, lastUsedAt });
    },
    async stop() {
      await loop.stop();
      await send().catch((error: unknown) => log.error({ err: error }, 'the last usage counts were lost'));
    },
  };
}
