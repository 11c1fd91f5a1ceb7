import { setImmediate as giveWay } from 'node:timers/promises';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { type Consumer, startConsumer, topicOf } from '@drippulse/events';
import { CrmEventSchema } from '@drippulse/proto/drippulse/crm/v1/events_pb';
import { type Cut, reportCuts } from '../chains/report-cut.ts';
import type { Context } from '../context.ts';
import { type CrmChange, contactOf, readChange } from '../triggers/crm-change.ts';
import { findTriggers } from '../triggers/find-triggers.ts';
import { type StartingEvent, startWorkflow } from '../triggers/start-workflow.ts';

const group = 'enrollment-runtime';
/** Events of one transaction. */
const sliceEvents = 500;
/** Concurrent requests to the CRM for contacts. */
const askedAtOnce = 10;
/**
 * A workflow's change may start workflows, whose changes may start more. After this many in a row nothing starts. This
 * ends circles, and also chains that are longer on purpose. The budget of a chain bounds its width.
 */
export const longestChain = 5;

/** Starts the workflows that listen to changes of the CRM. A change without listeners writes nothing. */
export function consumeCrm(ctx: Context): Promise<Consumer> {
  return startConsumer({
    transport: ctx.events,
    topic: topicOf(CrmEventSchema),
    group,
    db: ctx.db,
    log: ctx.log,
    metrics: ctx.registry,
    async handle(batch) {
      const changes = batch.map(readChange).filter((change) => change !== undefined);
      for (let start = 0; start < changes.length; start += sliceEvents) {
        await startWorkflows(ctx, changes.slice(start, start + sliceEvents));
        await giveWay();
      }
    },
  });
}

async function startWorkflows(ctx: Context, changes: readonly CrmChange[]): Promise<void> {
  const triggers = await findTriggers(ctx.db.kysely, changes);
  if (triggers.length === 0) return;
  const asked = changes.filter((change) => triggers.some((trigger) => isOf(trigger, change)));
  const cuts = asked.flatMap((change): Cut[] => {
    if (change.hops <= longestChain) return [];
    const { organizationId, link } = change;
    const workflowId = triggers.find((trigger) => isOf(trigger, change))?.workflowId;
    return [{ organizationId, cause: link.cause, reason: 'depth', ...(workflowId !== undefined && { workflowId }) }];
  });
  if (cuts.length > 0) await ctx.db.kysely.transaction().execute((trx) => reportCuts(ctx, trx, cuts));
  const events = await withContacts(
    ctx,
    asked.filter(({ hops }) => hops <= longestChain),
  );
  for (const trigger of triggers) {
    const own = events.filter(({ change }) => isOf(trigger, change)).map(({ starting }) => starting);
    if (own.length > 0) await startWorkflow(ctx, trigger, { group, events: own });
  }
  ctx.relay.wake();
  ctx.wake.advance();
}

function isOf(trigger: { organizationId: bigint; eventName: string }, change: CrmChange): boolean {
  return trigger.organizationId === change.organizationId && trigger.eventName === change.name;
}

async function withContacts(ctx: Context, changes: readonly CrmChange[]) {
  const events: { change: CrmChange; starting: StartingEvent }[] = [];
  for (let start = 0; start < changes.length; start += askedAtOnce) {
    const slice = changes.slice(start, start + askedAtOnce);
    const contacts = await Promise.all(slice.map((change) => contactOf(ctx, change)));
    for (const [index, change] of slice.entries()) {
      const { id, name, mode, hops, link, time, payload } = change;
      const recordId = payload.value.id;
      const at = time === undefined ? ctx.clock.now() : timestampDate(time);
      events.push({ change, starting: { id, name, mode, hops, link, recordId, at, contact: contacts[index] ?? '{}' } });
    }
  }
  return events;
}
