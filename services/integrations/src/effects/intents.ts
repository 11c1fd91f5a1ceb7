import { isInfrastructureError } from '@drippulse/db';
import { inBatches } from '@drippulse/loops';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { type AskedEffect, idOf } from './effect.ts';
import { keptHours } from './partitions.ts';

/** The answer to a request to begin a try of an effect. */
export type Began =
  /** The caller may work on the effect until its lease ends. Only a result with this fence is accepted. */
  | { state: 'go'; fence: number; mayHaveHappened: boolean }
  /** The effect has ended, either for this attempt or permanently. */
  | { state: 'ended'; outcome: Ended['outcome']; isRetryable: boolean; result: Buffer }
  /** A different process works on the effect. */
  | { state: 'busy'; until: Date };

/**
 * The end of a try. The status `waiting` does not end the effect: the try did not begin or was not finished, and may be
 * repeated with the same attempt number.
 */
export type Ended = {
  asked: AskedEffect;
  fence: number;
  mayHaveHappened: boolean;
  outcome: 'succeeded' | 'skipped' | 'failed' | 'waiting';
  isRetryable: boolean;
  result: Buffer | null;
};

/** Stores the intents of effects and their results. Concurrent calls are combined in one statement. */
export type Intents = {
  /** Commits the intent before anything is sent. */
  begin(asked: AskedEffect): Promise<Began>;
  /**
   * Commits the end of a try. Returns false if another process has taken over the effect. In this case the result of
   * that process is used.
   */
  end(ended: Ended): Promise<boolean>;
};

const batches = {
  /** Maximum number of effects in one statement. */
  most: 200,
  /**
   * Whether a failed batch certainly changed nothing, for example because a statement was refused. After a broken
   * connection, the batch may have been committed.
   */
  hasDoneNothing: (error: unknown) => !isInfrastructureError(error),
};

export function createIntents(ctx: Context): Intents {
  return {
    begin: inBatches((asked: readonly AskedEffect[]) => beginAll(ctx, asked), batches),
    end: inBatches((ended: readonly Ended[]) => endAll(ctx, ended), batches),
  };
}

type Key = { organization_id: string | bigint; effect_key: string };
type Taken = Key & { fence: number; may_have_happened: boolean };
type Known = Key & { status: string; retryable: boolean; lease_until: Date | null; result: Buffer | null };

/**
 * Claims effects that are new, waiting, or due for a further attempt. Also claims effects whose process has died. Such
 * effects may have happened. An effect that has no row and is older than the retention of rows may have happened, too.
 */
async function beginAll(ctx: Context, asked: readonly AskedEffect[]): Promise<Began[]> {
  const { rows } = await sql<Taken>`
    insert into effects as known (
      organization_id, effect_key, planned_at, attempt, kind, workflow_id, enrollment_id, status, lease_until, may_have_happened)
    select organization_id, effect_key, planned_at, attempt, kind, workflow_id, enrollment_id, 'sending',
      now() + make_interval(secs => ${ctx.config.effectLeaseMs / 1000}),
      planned_at < now() - make_interval(hours => ${keptHours})
    from json_to_recordset(${JSON.stringify(asked.map(askedRow))}::json) as asked (
      organization_id bigint, effect_key text, planned_at timestamptz, attempt int, kind text, workflow_id bigint,
      enrollment_id bigint)
    order by organization_id, effect_key
    on conflict (organization_id, effect_key, planned_at) do update set
      attempt = excluded.attempt, status = 'sending', fence = known.fence + 1, lease_until = excluded.lease_until,
      may_have_happened = known.may_have_happened or known.status = 'sending', result = null, ended_at = null
    where (known.status = 'sending' and known.lease_until <= now()) or known.status = 'waiting'
      or (known.status = 'failed' and known.retryable and known.attempt < excluded.attempt)
    returning organization_id, effect_key, fence, may_have_happened`.execute(ctx.db.kysely);
  const taken = new Map(rows.map((row) => [rowId(row), row]));
  const others = await readKnown(
    ctx,
    asked.filter((one) => !taken.has(idOf(one))),
  );
  return asked.map((one) => {
    const own = taken.get(idOf(one));
    if (own !== undefined) return { state: 'go', fence: own.fence, mayHaveHappened: own.may_have_happened };
    return knownState(others.get(idOf(one)));
  });
}

async function readKnown(ctx: Context, asked: readonly AskedEffect[]): Promise<ReadonlyMap<string, Known>> {
  if (asked.length === 0) return new Map();
  const { rows } = await sql<Known>`
    select known.organization_id, known.effect_key, status, retryable, lease_until, result
    from json_to_recordset(${JSON.stringify(asked.map(askedRow))}::json) as asked (
      organization_id bigint, effect_key text, planned_at timestamptz)
    join effects as known using (organization_id, effect_key, planned_at)`.execute(ctx.db.kysely);
  return new Map(rows.map((row) => [rowId(row), row]));
}

/** Returns the state of a stored effect. If its try ended between the two statements, the caller requests it again. */
function knownState(known: Known | undefined): Began {
  if (known === undefined || known.status === 'waiting') return { state: 'busy', until: new Date(0) };
  if (known.status === 'sending') return { state: 'busy', until: known.lease_until ?? new Date(0) };
  const outcome = known.status === 'succeeded' || known.status === 'skipped' ? known.status : 'failed';
  return { state: 'ended', outcome, isRetryable: known.retryable, result: known.result ?? Buffer.alloc(0) };
}

async function endAll(ctx: Context, ended: readonly Ended[]): Promise<boolean[]> {
  const { rows } = await sql<Key>`
    update effects set
      status = ended.status, retryable = ended.retryable, may_have_happened = ended.may_have_happened,
      result = decode(ended.result, 'base64'), lease_until = null,
      ended_at = case when ended.status <> 'waiting' then now() end
    from json_to_recordset(${JSON.stringify(ended.map(endedRow))}::json) as ended (
      organization_id bigint, effect_key text, planned_at timestamptz, fence int, status text, retryable bool,
      may_have_happened bool, result text)
    where effects.organization_id = ended.organization_id and effects.effect_key = ended.effect_key
      and effects.planned_at = ended.planned_at and effects.fence = ended.fence and effects.status = 'sending'
    returning effects.organization_id, effects.effect_key`.execute(ctx.db.kysely);
  const written = new Set(rows.map(rowId));
  return ended.map(({ asked }) => written.has(idOf(asked)));
}

function askedRow({ organizationId, key, plannedAt, attempt, kind, workflowId, enrollmentId }: AskedEffect) {
  return {
    organization_id: String(organizationId),
    effect_key: key,
    planned_at: plannedAt.toISOString(),
    attempt,
    kind,
    workflow_id: String(workflowId),
    enrollment_id: String(enrollmentId),
  };
}

function endedRow({ asked, fence, outcome, isRetryable, mayHaveHappened, result }: Ended) {
  return {
    organization_id: String(asked.organizationId),
    effect_key: asked.key,
    planned_at: asked.plannedAt.toISOString(),
    fence,
    status: outcome,
    retryable: isRetryable,
    may_have_happened: mayHaveHappened,
    result: result?.toString('base64') ?? null,
  };
}

function rowId({ organization_id, effect_key }: Key): string {
  return `${organization_id} ${effect_key}`;
}
