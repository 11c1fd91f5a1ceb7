import type { ConsumedEvent } from '@drippulse/events';
import type { EnrollmentEvent, EnrollmentEventSchema } from '@drippulse/proto/drippulse/enrollments/v1/events_pb';
import { modeFromProto } from '@drippulse/rpc';
import { domainOf } from '../facts/domain-of.ts';
import type { Fact } from '../facts/fact.ts';
import { type FactKind, factKinds } from '../rollups/kinds.ts';
import { eventPlace } from './event-place.ts';
import { withVariants } from './variant-parts.ts';

const kinds: Partial<Record<NonNullable<EnrollmentEvent['payload']['case']>, FactKind>> = {
  emailSent: factKinds.email_sent,
  emailOpened: factKinds.email_opened,
  emailClicked: factKinds.email_clicked,
  emailUnsubscribed: factKinds.email_unsubscribed,
  emailBounced: factKinds.email_bounced,
  emailComplained: factKinds.email_complained,
};

/** Maximum length of a category. Longer categories are truncated. */
const categoryLength = 100;

/** Returns the facts of an event about a mail. */
export function emailFacts(event: ConsumedEvent<typeof EnrollmentEventSchema>): Fact[] {
  const { payload } = event.message;
  const kind = payload.case && kinds[payload.case];
  if (kind === undefined || payload.value === undefined || !('delivery' in payload.value)) return [];
  const { workflowId, stepId, delivery, mode, category } = payload.value;
  return withVariants(event, [
    {
      ...eventPlace(event),
      ...{ kind, workflowId, stepId },
      mode: modeFromProto(mode),
      domain: domainOf(delivery?.to ?? ''),
      ...(category !== undefined && { category: category.slice(0, categoryLength) }),
    },
  ]);
}
