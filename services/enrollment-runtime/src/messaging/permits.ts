import { isInfrastructureError, retryConflicts } from '@drippulse/db';
import type { EffectResult } from '@drippulse/engine';
import { inBatches } from '@drippulse/loops';
import type { Context } from '../context.ts';
import { sendKeyOf } from './contact-keys.ts';
import { decideSends, type Verdict } from './ledger/decide-sends.ts';
import { wakeHeld } from './ledger/settle-sends.ts';
import { createPermit, type Permit } from './permit.ts';
import { createRecords, type Records } from './records.ts';
import type { SendRequest } from './send-request.ts';

/** A permit to send, or the result of an effect that must not send, must wait, or was already sent. */
export type Answer = { permit: Permit } | { refused: EffectResult };

/** Decides about sends. Simultaneous requests of one process are decided together. */
export type Permits = { ask(send: SendRequest): Promise<Answer> };

/** Maximum number of sends that are decided in one transaction. */
const most = 200;

export function createPermits(ctx: Context): Permits {
  const record = createRecords(ctx);
  return {
    ask: inBatches((sends: readonly SendRequest[]) => answerAll(ctx, record, sends), {
      most,
      // A batch that failed after its decisions were stored may be repeated too, because the repeat finds the stored
      // decisions.
      hasDoneNothing: (error) => !isInfrastructureError(error),
    }),
  };
}

async function answerAll(ctx: Context, record: Records, sends: readonly SendRequest[]): Promise<Answer[]> {
  const asked = [...new Map(sends.map((send) => [send.key, send])).values()];
  const verdicts = await retryConflicts(() => decideSends(ctx, asked));
  await ctx.fault?.('after-permit');
  const decided = sends.map((send) => {
    const verdict = verdicts.get(send.key);
    if (verdict === undefined) throw new Error(`nothing was decided about ${send.key}`);
    return { send, verdict };
  });
  // A skipped send frees its place, so the sends that lost to it become due.
  const skipped = decided.filter(({ verdict }) => verdict.decision.kind === 'skip');
  await wakeHeld(
    ctx,
    skipped.map(({ send }) => ({ ...send, contactKey: sendKeyOf(send) })),
  );
  return decided.map(({ send, verdict }) => answerOf(ctx, record, send, verdict));
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
    return { refused: { outcome: 'succeeded', message: `Sent to ${send.to} by an earlier attempt, and bounced` } };
  }
  const { rule, reason } = decision;
  if (decision.kind === 'skip') return { refused: { outcome: 'skipped', reason, rule } };
  const { until, lostTo } = decision;
  const to = lostTo && { workflowId: String(lostTo.workflowId), enrollmentId: String(lostTo.enrollmentId) };
  return { refused: { outcome: 'held', until, rule, reason, ...(to && { lostTo: to }) } };
}
