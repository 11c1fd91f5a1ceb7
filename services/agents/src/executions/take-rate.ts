import { DomainError } from '@drippulse/errors';
import { type Kysely, sql } from 'kysely';
import type { AgentDefinition } from '../agents/definition.ts';
import type { DB } from '../db/schema.ts';

/**
 * Takes one token from the rate limit bucket of an agent, which refills over a minute. The token is taken in the
 * transaction of the execution, so a rollback or a repeat by key uses no token.
 */
export async function takeRate(
  db: Kysely<DB>,
  { agent, bounds }: Pick<AgentDefinition, 'agent' | 'bounds'>,
): Promise<void> {
  const { ratePerMinute: rate } = bounds;
  if (rate === undefined) return;
  const { rows } = await sql<{ tokens: number }>`
    insert into agent_rates as known (organization_id, agent_id, tokens, filled_at)
    values (${agent.organization_id}, ${agent.id}, ${rate - 1}, clock_timestamp())
    on conflict (organization_id, agent_id) do update set
      tokens = least(${rate}, known.tokens + extract(epoch from clock_timestamp() - known.filled_at) * ${rate / 60}::float8) - 1,
      filled_at = clock_timestamp()
    returning tokens`.execute(db);
  const tokens = rows[0]?.tokens ?? 0;
  if (tokens >= 0) return;
  // The rollback of this transaction restores the bucket.
  throw new DomainError(
    'resource_exhausted',
    'agent_rate_limited',
    `The policy allows ${rate} executions of the agent within a minute.`,
    { retryAfterSeconds: Math.max(1, Math.ceil((-tokens * 60) / rate)) },
  );
}
