import { type ConsumedEvent, type Consumer, startConsumer, topicOf } from '@drippulse/events';
import { CrmEventSchema } from '@drippulse/proto/drippulse/crm/v1/events_pb';
import { serviceOf } from '@drippulse/topology';
import type { Context } from '../context.ts';
import type { Fact } from '../facts/fact.ts';
import { takeFacts } from '../facts/take-facts.ts';
import { factKinds } from '../rollups/kinds.ts';
import { eventPlace } from './event-place.ts';

/** Counts new leads and won opportunities. All records of the CRM are live. */
export function consumeCrm(ctx: Context): Promise<Consumer> {
  return startConsumer({
    transport: ctx.events,
    topic: topicOf(CrmEventSchema),
    group: serviceOf('analytics'),
    db: ctx.db,
    log: ctx.log,
    metrics: ctx.registry,
    handle: (batch) => takeFacts(ctx, batch.flatMap(crmFacts)),
  });
}

function crmFacts(event: ConsumedEvent<typeof CrmEventSchema>): Fact[] {
  const { payload } = event.message;
  const place = { ...eventPlace(event), mode: 'live' as const };
  if (payload.case === 'leadCreated') return [{ ...place, kind: factKinds.lead_created }];
  if (payload.case !== 'opportunityWon') return [];
  const { amountCents, currency } = payload.value;
  return [
    {
      ...{ ...place, kind: factKinds.opportunity_won },
      ...(amountCents !== undefined && { amount: amountCents, currency: currency ?? 'USD' }),
    },
  ];
}
