import type { DescMessage } from '@bufbuild/protobuf';
import { CrmEventSchema } from '@drippulse/proto/drippulse/crm/v1/events_pb';
import { EnrollmentEventSchema } from '@drippulse/proto/drippulse/enrollments/v1/events_pb';
import { WebhookEventSchema } from '@drippulse/proto/drippulse/webhooks/v1/events_pb';
import { WorkflowEventSchema } from '@drippulse/proto/drippulse/workflows/v1/events_pb';

/**
 * The event messages whose payloads are delivered: each has its topic, and its payloads with the option `webhook` make
 * the catalog. A new payload needs nothing here, a new topic one line.
 */
export const eventMessages: readonly DescMessage[] = [
  WorkflowEventSchema,
  EnrollmentEventSchema,
  WebhookEventSchema,
  CrmEventSchema,
];
