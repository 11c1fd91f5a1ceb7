import type { ConsumedEvent } from '@drippulse/events';
import type { EnrollmentEventSchema } from '@drippulse/proto/drippulse/enrollments/v1/events_pb';
import type { Fact } from '../facts/fact.ts';
import { factKinds } from '../rollups/kinds.ts';
import { eventPlace } from './event-place.ts';

/**
 * Returns the fact that a won opportunity is attributed to the last workflow that touched it. Its mode is always live,
 * because opportunities have no test mode.
 */
export function attributionFacts(event: ConsumedEvent<typeof EnrollmentEventSchema>): Fact[] {
  const { payload } = event.message;
  if (payload.case !== 'opportunityAttributed') return [];
  const { workflowId, version, stepId, amountCents, currency } = payload.value;
  return [
    {
      ...{ ...eventPlace(event), kind: factKinds.opportunity_attributed, mode: 'live', workflowId, version },
      ...(stepId !== '' && { stepId }),
      ...(amountCents !== undefined && { amount: amountCents, currency }),
    },
  ];
}
