import { createEmbeddedTransport, createKafkaTransport, type EventTransport } from '../src/index.ts';
import { log } from './fixture.ts';

/** Which transport a process of a test uses; plain data, to hand to another process. */
export type TransportChoice = { kind: 'embedded'; url: string } | { kind: 'kafka'; brokers: string[] };

/** Long enough for a busy machine, short enough to wait for its end. */
const embeddedLeaseMs = 5_000;

export function openTransport(choice: TransportChoice): EventTransport {
  if (choice.kind === 'kafka') return createKafkaTransport({ brokers: choice.brokers, clientId: 'events-test', log });
  return createEmbeddedTransport({ url: choice.url, log, leaseMs: embeddedLeaseMs });
}
