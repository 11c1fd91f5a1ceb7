import { retryConflicts } from '@drippulse/db';
import type { Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { type Budgets, readBudgets } from '../ledger/budgets.ts';
import { drawShare } from '../ledger/draw.ts';
import { type Exceeded, noteExceeded } from '../ledger/exceeded.ts';
import { type Call, type FullWindow, reserve } from '../ledger/spend.ts';
import { refreshTimezone } from '../ledger/timezone.ts';
import { type Spender, windowsOf } from '../ledger/windows.ts';
import { picoOf } from '../money.ts';
import type { Prepared } from './prepare.ts';

/**
 * Reserves the maximum cost of a call in the caller's transaction. Throws `NoRoom` if a budget window is full, which
 * rolls the transaction back.
 */
export type Reserve = (
  trx: Transaction<DB>,
  call: Call,
  o: { spender: Spender; kind: string; timeoutMs: number; isSent: boolean },
) => Promise<void>;

/**
 * Thrown when a budget window is full. If the window draws from the installation's daily limit, a further draw may make
 * room.
 */
class NoRoom extends Error {
  readonly full: FullWindow;

  constructor(full: FullWindow) {
    super(`${full.window.key} is full`);
    this.full = full;
  }
}

/** The organization, agent and mode whose budgets pay for a call. */
export type Payer = { organizationId: bigint; agentId: bigint; mode: string };

/**
 * Tries the models in order, and runs the transaction with the first model whose call the budgets can pay for. Draws
 * from the installation's daily limit if necessary. If the budgets can pay for no model, returns the window that was
 * full for the first model.
 */
export async function withRoom<T>(
  ctx: Context,
  payer: Payer,
  models: readonly string[],
  prepare: (model: string) => Promise<Prepared>,
  run: (trx: Transaction<DB>, prepared: Prepared, reserveCall: Reserve) => Promise<T>,
): Promise<{ value: T; prepared: Prepared } | { exceeded: Exceeded }> {
  const budgets = await budgetsNow(ctx, payer.organizationId);
  let exceeded: Exceeded | undefined;
  for (const model of models) {
    const prepared = await prepare(model);
    const reserveCall = reserving(ctx, budgets, prepared);
    const tried = await tryRun(ctx, { payer, budgets, prepared }, (trx) => run(trx, prepared, reserveCall));
    if ('value' in tried) return { value: tried.value, prepared };
    const own = { full: tried.full, neededPicoUsd: prepared.amountPicoUsd };
    await noteExceeded(ctx, payer, own);
    exceeded ??= own;
  }
  if (exceeded === undefined) throw new Error('no model was tried');
  return { exceeded };
}

async function budgetsNow(ctx: Context, organizationId: bigint): Promise<Budgets> {
  const budgets = await readBudgets(ctx.db.kysely, organizationId);
  return (await refreshTimezone(ctx, organizationId, budgets)) ? readBudgets(ctx.db.kysely, organizationId) : budgets;
}

function reserving(ctx: Context, budgets: Budgets, { llm, request, body, price, amountPicoUsd }: Prepared): Reserve {
  const isOwn = llm.source.owner === 'organization';
  const paidHere = isOwn ? undefined : { installationDayPicoUsd: dayOfInstallation(ctx) };
  return async (trx, call, { spender, kind, timeoutMs, isSent }) => {
    const full = await reserve(trx, call, {
      ...{ spender, kind, model: request.model, amountPicoUsd, isSent },
      windows: windowsOf(spender, budgets, paidHere),
      basis: basisOf(price, Buffer.byteLength(body), request.maxOutputTokens),
      leaseSeconds: (timeoutMs + ctx.config.reservationGraceMs) / 1000,
    });
    if (full !== undefined) throw new NoRoom(full);
  };
}

/**
 * Returns the facts from which the reserved amount was computed. They are stored, so that a later price change does not
 * change past amounts.
 */
function basisOf({ source, rates, tiers }: Prepared['price'], bytes: number, maxOutputTokens: number): object {
  const text = (_name: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);
  return JSON.parse(
    JSON.stringify({ bytes, max_output_tokens: maxOutputTokens, price: { source, rates, tiers } }, text),
  );
}

function dayOfInstallation({ config: { llm } }: Context): bigint | undefined {
  return llm.dailyLimitUsd === undefined ? undefined : picoOf(llm.dailyLimitUsd);
}

async function tryRun<T>(
  ctx: Context,
  { payer, budgets, prepared }: { payer: Payer; budgets: Budgets; prepared: Prepared },
  run: (trx: Transaction<DB>) => Promise<T>,
): Promise<{ value: T } | { full: FullWindow }> {
  // Repeats the draw, because concurrent calls of the organization may use up a draw before this call reserves again.
  for (let draws = 0; ; draws += 1) {
    try {
      return { value: await retryConflicts(() => ctx.db.kysely.transaction().execute(run)) };
    } catch (error) {
      if (!(error instanceof NoRoom)) throw error;
      const { full } = error;
      const isDrawn = full.window.isDrawn && draws < 20 && (await draw(ctx, payer, budgets, { full, prepared }));
      if (!isDrawn) return { full };
    }
  }
}

async function draw(
  ctx: Context,
  { organizationId }: Payer,
  { installationDay }: Budgets,
  { full: { window }, prepared }: { full: FullWindow; prepared: Prepared },
): Promise<boolean> {
  return drawShare(ctx.db.kysely, {
    organizationId,
    key: window.key,
    day: installationDay.start,
    endsAt: window.endsAt,
    amountPicoUsd: prepared.amountPicoUsd,
    limitPicoUsd: dayOfInstallation(ctx) ?? 0n,
  });
}
