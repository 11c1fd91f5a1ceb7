import { type Kysely, sql } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { Settlement } from './outcomes.ts';
import type { Spender, Window } from './windows.ts';

/** Identifies an attempt of a call. */
export type Call = { createdAt: Date; executionId: bigint; seq: number; attempt: number };

/** A requested reservation. */
export type Reservation = {
  spender: Pick<Spender, 'organizationId' | 'agentId' | 'workflowId'>;
  /** Kind of the execution. */
  kind: string;
  model: string;
  windows: readonly Window[];
  amountPicoUsd: bigint;
  /** The facts that the amount was computed from. They contain no text that a person wrote. */
  basis: object;
  leaseSeconds: number;
  /** Whether the call is about to be sent. An unsent call costs nothing if its process dies. */
  isSent: boolean;
};

/** The first window without room for the call. */
export type FullWindow = { window: Window; limitPicoUsd: bigint; spentPicoUsd: bigint; reservedPicoUsd: bigint };

/**
 * Reserves the maximum cost of a call in all windows, or in none. If a window is full, returns the first such window,
 * and the caller must roll back. The windows stay locked until the transaction ends, so call it last.
 */
export async function reserve(db: Kysely<DB>, call: Call, o: Reservation): Promise<FullWindow | undefined> {
  const { createdAt, executionId, seq, attempt } = call;
  const { organizationId, agentId, workflowId } = o.spender;
  const { rows } = await sql<{ full_key: string; most: bigint; spent: bigint; reserved: bigint }>`
    select * from reserve_spend(${createdAt}, ${executionId}, ${seq}, ${attempt}, ${organizationId}, ${agentId}, ${workflowId},
      ${o.kind}, ${o.model}, ${o.windows.map(({ key }) => key)}::text[],
      ${o.windows.map(({ limitPicoUsd }) => limitPicoUsd)}::bigint[], ${o.windows.map(({ isDrawn }) => isDrawn)}::boolean[],
      ${o.windows.map(({ endsAt }) => endsAt)}::timestamptz[], ${o.amountPicoUsd}, ${JSON.stringify(o.basis)},
      make_interval(secs => ${o.leaseSeconds}), ${o.isSent})`.execute(db);
  const [full] = rows;
  const window = o.windows.find(({ key }) => key === full?.full_key);
  if (full === undefined || window === undefined) return undefined;
  return { window, limitPicoUsd: full.most, spentPicoUsd: full.spent, reservedPicoUsd: full.reserved };
}

/** Tokens of a call, which are added to the sums. */
export type Tokens = { input: bigint; cached: bigint; output: bigint };
export const noTokens: Tokens = { input: 0n, cached: 0n, output: 0n };

/** Settles a call. A late answer corrects an assumed charge. Otherwise, settling again changes nothing. */
export async function settle(
  db: Kysely<DB>,
  { createdAt, executionId, seq, attempt }: Call,
  { state, chargePicoUsd }: Settlement,
  { input, cached, output }: Tokens = noTokens,
): Promise<boolean> {
  const { rows } = await sql<{ settled: boolean }>`
    select settle_spend(${createdAt}, ${executionId}, ${seq}, ${attempt}, ${chargePicoUsd}, ${state}, ${input}, ${cached}, ${output})
      as settled`.execute(db);
  return rows[0]?.settled === true;
}
