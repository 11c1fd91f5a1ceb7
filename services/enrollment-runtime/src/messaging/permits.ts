import { isInfrastructureError, retryConflicts } from '@drippulse/db';
import type { EffectResult } from '@drippulse/engine';
import type { Context } from '../context.ts';
import { sendKeyOf } from './contact-keys.ts';
import { inBatches } from './in-batches.ts';
import { decideSends, type Verdict } from './ledger/decide-sends.ts';
import { wakeHeld } from './ledger/settle-sends.ts';
import { createPermit, type Permit } from './permit.ts';
import { createRecords, type Records } from './records.ts';
import type { SendRequest } from './send-request.ts';

/** A permit to send, or the result of an effect that may not send, or not yet, or has sent already. */
export type Answer = { permit: Permit } | { refused: EffectResult };

/** Decides about sends, those of one process that ask at the same time together. */
export type Permits = { ask(send: SendRequest): Promise<Answer> };

/** Sends that are decided in one transaction. */
const most = 200;

type Asked = { send: SendRequest; resolve(answer: Answer): void; reject(error: unknown): void };

export function createPermits(ctx: Context): Permits {
  const record = createRecords(ctx);
  const decide = inBatches<Asked>(most, (batch) => answerBatch(ctx, record, batch));
  return { ask: (send) => new Promise((resolve, reject) => decide({ send, resolve, reject })) };
}

/** Never rejects. A send that cannot be decided fails alone. */
async function answerBatch(ctx: Context, record: Records, batch: readonly Asked[]): Promise<void> {
  try {
    const sends = [...new Map(batch.map(({ send }) => [send.key, send])).values()];
    const verdicts = await retryConflicts(() => decideSends(ctx, sends));
    await ctx.fault?.('after-permit');
    for (const { send, resolve, reject } of batch) {
      const verdict = verdicts.get(send.key);
      if (verdict === undefined) reject(new Error(`nothing was decided about ${send.key}`));
      else resolve(answerOf(ctx, record, send, verdict));
    }
    await wakeRivals(ctx, batch, verdicts);
  } catch (error) {
    if (batch.length === 1 || isInfrastructureError(error)) for (const { reject } of batch) reject(error);
    else for (const one of batch) await answerBatch(ctx, record, [one]);
  }
}

/** A send that is skipped takes no place, so those that lost to it are due. */
async function wakeRivals(
  ctx: Context,
  batch: readonly Asked[],
  verdicts: ReadonlyMap<string, Verdict>,
): Promise<void> {
  const skipped = batch.filter(({ send }) => verdicts.get(send.key)?.decision.kind === 'skip');
  await wakeHeld(
    ctx,
    skipped.map(({ send }) => ({ ...send, contactKey: sendKeyOf(send) })),
  );
}

function answerOf(ctx: Context, record: Records, send: SendRequest, { decision, sender, placedAt }: Verdict): Answer {
  ctx.metrics.sendDecided(decision.kind, 'rule' in decision ? (decision.rule.split(':')[0] ?? '') : '');
  if (decision.kind === 'send') {
    return {
      permit: createPermit({
        ...{ class: send.class, sender, placedAt },
        mailer: ctx.adapters.mailer,
        mailFrom: ctx.config.mailFrom,
        record: (result) => record({ send, result }),
      }),
    };
  }
  if (decision.kind === 'recorded') return { refused: decision.result };
  if (decision.kind === 'returned') {
    return { refused: { outcome: 'succeeded', message: `Sent to ${send.to} by an attempt before, and came back` } };
  }
  const { rule, reason } = decision;
  if (decision.kind === 'skip') return { refused: { outcome: 'skipped', reason, rule } };
  const { until, lostTo } = decision;
  const to = lostTo && { workflowId: String(lostTo.workflowId), enrollmentId: String(lostTo.enrollmentId) };
  return { refused: { outcome: 'held', until, rule, reason, ...(to && { lostTo: to }) } };
}
