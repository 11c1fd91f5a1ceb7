import { topicOf } from '@drippulse/events';
import { CrmEventSchema } from '@drippulse/proto/drippulse/crm/v1/events_pb';
import { EnrollmentEventSchema } from '@drippulse/proto/drippulse/enrollments/v1/events_pb';
import { WebhookEventSchema } from '@drippulse/proto/drippulse/webhooks/v1/events_pb';
import { WorkflowEventSchema } from '@drippulse/proto/drippulse/workflows/v1/events_pb';

/** Every topic that a service publishes to. */
export const topics: readonly string[] = [
  WorkflowEventSchema,
  EnrollmentEventSchema,
  WebhookEventSchema,
  CrmEventSchema,
].map((schema) => topicOf(schema).name);
