import { randomBytes } from 'node:crypto';
import { create, toBinary } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { createEmbeddedTransport, topicOf } from '@drippulse/events';
import { createLogger } from '@drippulse/observability';
import { EnrollmentEventSchema } from '@drippulse/proto/drippulse/enrollments/v1/events_pb';
import { Mode } from '@drippulse/proto/drippulse/rest/v1/mode_pb';

const organizations = 4;
const workflows = 50;

/** Opens a publisher of enrollment events, each of which becomes one fact. */
export async function openPublisher(url: string) {
  const transport = createEmbeddedTransport({ url, log: createLogger({ level: 'fatal' }) });
  const { name: topic } = topicOf(EnrollmentEventSchema);
  await transport.ensureTopics([topic]);
  const producer = await transport.createProducer();
  let made = 0;
  return {
    async publish(count: number): Promise<void> {
      const messages = Array.from({ length: count }, () => messageOf(made++));
      await producer.send(topic, messages, 60_000);
    },
    async close() {
      await producer.close();
      await transport.close();
    },
  };
}

function messageOf(n: number) {
  const at = new Date();
  const organizationId = BigInt(101 + (n % organizations));
  const aggregate = `enrollment:${n}`;
  const enrollment = { id: BigInt(n), workflowId: BigInt(1 + (n % workflows)), workflowVersion: 1, mode: Mode.LIVE };
  const event = create(EnrollmentEventSchema, {
    ...{ id: eventId(at), organizationId, time: timestampFromDate(at), sequence: 2n, aggregate },
    payload: n % 2 === 0 ? { case: 'started', value: enrollment } : { case: 'completed', value: enrollment },
  });
  return {
    key: `${organizationId}:${aggregate}`,
    value: toBinary(EnrollmentEventSchema, event),
    headers: { ce_id: event.id, ce_type: 'enrollment.any' },
  };
}

/** Makes a UUIDv7 of a time. */
function eventId(at: Date): string {
  const time = at.getTime().toString(16).padStart(12, '0');
  const rest = randomBytes(9).toString('hex');
  return `evt_${time.slice(0, 8)}-${time.slice(8)}-7${rest.slice(0, 3)}-8${rest.slice(3, 6)}-${rest.slice(6, 18)}`;
}
