import { type EventTransport, topicOf } from '@drippulse/events';
import { CrmEventSchema } from '@drippulse/proto/drippulse/crm/v1/events_pb';
import { EnrollmentEventSchema } from '@drippulse/proto/drippulse/enrollments/v1/events_pb';
import { WebhookEventSchema } from '@drippulse/proto/drippulse/webhooks/v1/events_pb';
import { WorkflowEventSchema } from '@drippulse/proto/drippulse/workflows/v1/events_pb';
import { StartError } from './secrets.ts';

/** Every topic that a service publishes to. */
export const topics: readonly string[] = [
  WorkflowEventSchema,
  EnrollmentEventSchema,
  WebhookEventSchema,
  CrmEventSchema,
].map((schema) => topicOf(schema).name);

/** Makes the topics where they are missing; a broker that is not there is told in a sentence. */
export async function ensureTopics(transport: EventTransport, kafkaBrokers: string | undefined): Promise<void> {
  try {
    await transport.ensureTopics(topics);
  } catch (error) {
    if (kafkaBrokers === undefined) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError(`Kafka at KAFKA_BROKERS=${kafkaBrokers} does not answer: ${reason}.`);
  }
}
