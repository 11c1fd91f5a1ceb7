import { topicOf } from '@drippulse/events';
import { AgentEventSchema } from '@drippulse/proto/drippulse/agents/v1/events_pb';
import { CrmEventSchema } from '@drippulse/proto/drippulse/crm/v1/events_pb';
import { EnrollmentEventSchema } from '@drippulse/proto/drippulse/enrollments/v1/events_pb';
import { WebhookEventSchema } from '@drippulse/proto/drippulse/webhooks/v1/events_pb';

/** The topics whose events become facts. */
export const factTopics: readonly string[] = [
  EnrollmentEventSchema,
  CrmEventSchema,
  AgentEventSchema,
  WebhookEventSchema,
].map((desc) => topicOf(desc).name);
