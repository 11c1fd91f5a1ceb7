import type { JsonObject } from '@drippulse/json';
import { messageIdOf } from '@drippulse/mail';
import { sql, type Transaction } from 'kysely';
import { causeOfEnrollment } from '../chains/cause.ts';
import { countInChains } from '../chains/count-in-chains.ts';
import { reportCuts } from '../chains/report-cut.ts';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { effectTypeOf } from '../effects/effects.ts';
import { refuseRequest } from '../effects/refused-request.ts';
import { planSends } from '../messaging/index.ts';
import type { ClaimedRun, HandedOut } from './claimed-run.ts';
import { countedVariants } from './count-steps.ts';
import type { Move } from './move.ts';
import { sealRequest } from './sealed-request.ts';
import { errorLineOf, hasEntered } from './store-runs.ts';
import { storedJson } from './stored-json.ts';
import { variantsAfter } from './variants.ts';

/**
 * Stores the effects that moves handed out, with their rendered requests, and a delivery for each mail. Returns each
 * effect with its run after the move. The effects are performed only after the commit.
 */
export async function storeIntents(
  ctx: Context,
  trx: Transaction<DB>,
  moves: readonly Move[],
  now: Date,
): Promise<HandedOut[]> {
  const intents = await withinBudgets(
    ctx,
    trx,
    moves.flatMap((move) => intentOf(ctx, move, now)),
  );
  await insertEffects(trx, intents, now);
  await insertDeliveries(ctx, trx, moves, now);
  await planSends(trx, moves.flatMap(sendOf(now)));
  return intents.map(({ handedOut }) => handedOut);
}

/** An effect to be performed, and its request as stored: JSON text with sealed secrets. */
type Intent = { handedOut: HandedOut; stored: string };

/**
 * Counts the records that effects will make. Marks each effect that the budget of its chain does not cover, so that it
 * is refused.
 */
async function withinBudgets(ctx: Context, trx: Transaction<DB>, intents: Intent[]): Promise<Intent[]> {
  const counting = intents.filter(
    ({ handedOut: { run, effect } }) => run.identity.mode === 'live' && effectTypeOf(effect.kind).makesRecord,
  );
  if (counting.length === 0) return intents;
  const chainOf = ({ handedOut }: Intent) => {
    const { identity } = handedOut.run;
    return { organizationId: identity.organizationId, cause: causeOfEnrollment(identity) };
  };
  const covered = await countInChains(ctx, trx, counting.map(chainOf));
  const refused = new Set(counting.filter((_, index) => covered[index] !== true));
  const cuts = [...refused].map((one) => ({
    ...chainOf(one),
    reason: 'budget' as const,
    workflowId: one.handedOut.run.identity.workflowId,
  }));
  await reportCuts(ctx, trx, cuts);
  return intents.map((one) => (refused.has(one) ? refuse(one) : one));
}

function refuse({ handedOut, stored }: Intent): Intent {
  const { effect } = handedOut;
  const refused = { ...handedOut, effect: { ...effect, request: refuseRequest(effect.request) } };
  return { handedOut: refused, stored: refuseRequest(stored) };
}

function intentOf(ctx: Context, move: Move, plannedAt: Date): Intent[] {
  const { effect } = move;
  if (effect === undefined) return [];
  const { key, kind, stepIndex, stepId } = effect;
  const request = storedJson(effect.request);
  const sealed = sealRequest(ctx.sealer, key, effect.request);
  const handedOut = {
    run: runAfter(move, plannedAt),
    effect: { key, kind, stepIndex, stepId, request, plannedAt },
    asks: false,
  };
  return [{ handedOut, stored: sealed === effect.request ? request : storedJson(sealed) }];
}

function runAfter(move: Move, now: Date): ClaimedRun {
  const { run, state, data, dataChanged } = move;
  return {
    ...run,
    fence: run.fence + 1,
    state,
    data: dataChanged ? storedJson(data) : run.data,
    lines: run.lines + move.entries.length,
    errorLine: errorLineOf(move),
    variants: variantsAfter(move),
    enteredAt: hasEntered(move) ? now : run.enteredAt,
  };
}

async function insertEffects(trx: Transaction<DB>, intents: readonly Intent[], now: Date): Promise<void> {
  if (intents.length === 0) return;
  await sql`
    insert into effects (
      enrollment_id, workflow_id, organization_id, created_at, step_index, attempt, effect_key, step_id, kind, request)
    select enrollment_id, workflow_id, organization_id, ${now}::timestamptz, step_index, 0, effect_key, step_id, kind, request
    from json_to_recordset(${`[${intents.map(effectRow).join(',')}]`}::json) as intent (
      enrollment_id bigint, workflow_id bigint, organization_id bigint, step_index int, effect_key text, step_id text,
      kind text, request json)`.execute(trx);
}

/** Builds JSON text that contains the stored request byte for byte. */
function effectRow({ handedOut, stored }: Intent): string {
  const { run, effect } = handedOut;
  const { identity } = run;
  const columns = JSON.stringify({
    enrollment_id: String(identity.id),
    workflow_id: String(identity.workflowId),
    organization_id: String(identity.organizationId),
    step_index: effect.stepIndex,
    effect_key: effect.key,
    step_id: effect.stepId,
    kind: effect.kind,
  });
  return `${columns.slice(0, -1)},"request":${stored}}`;
}

async function insertDeliveries(ctx: Context, trx: Transaction<DB>, moves: readonly Move[], now: Date): Promise<void> {
  const rows = moves.flatMap((move) => {
    const { run, effect, definition } = move;
    if (effect?.kind !== 'email') return [];
    const variants = countedVariants(definition, variantsAfter(move));
    return [
      {
        organization_id: run.identity.organizationId,
        workflow_id: run.identity.workflowId,
        enrollment_id: run.identity.id,
        queued_at: now,
        status: 'queued',
        channel: 'email',
        integration_id: textOf(effect.request, 'integration_name'),
        receiver: textOf(effect.request, 'to'),
        subject: textOf(effect.request, 'subject'),
        effect_key: effect.key,
        step_id: effect.stepId,
        message_id: messageIdOf(effect.key, ctx.config.mailFrom),
        category: categoryOf(effect.request),
        variants: variants.length === 0 ? null : variants,
      },
    ];
  });
  if (rows.length > 0) await trx.insertInto('deliveries').values(rows).execute();
}

/**
 * Returns the category that a step names. A category that a template renders may contain a person's name, and is not
 * kept.
 */
function categoryOf(request: JsonObject | { [key: string]: unknown }): string | null {
  const category = textOf(request, 'category');
  return category === '' || request['category_varies'] === true ? null : category;
}

/** Returns the send of a move whose effect reaches people. */
function sendOf(plannedAt: Date) {
  return ({ run, effect, definition }: Move) => {
    const type = effect && effectTypeOf(effect.kind);
    if (effect === undefined || type?.sends === undefined) return [];
    const { id: enrollmentId, organizationId, workflowId, mode, email, leadRef, timezone } = run.identity;
    const { key, stepId } = effect;
    const place = { key, stepId, enrollmentId, organizationId, workflowId, mode, email, leadRef, timezone, plannedAt };
    return type.sendOf(effect.request, definition, place) ?? [];
  };
}

function textOf(request: JsonObject | { [key: string]: unknown }, name: string): string {
  const value = request[name];
  return typeof value === 'string' ? value : '';
}
