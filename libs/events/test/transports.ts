import { createEmbeddedTransport, createKafkaTransport, type EventTransport } from '../src/index.ts';
import { log } from './fixture.ts';

/** The transport of a process in a test, as plain data that another process can receive. */
export type TransportChoice = { kind: 'embedded'; url: string } | { kind: 'kafka'; brokers: string[] };

/** Long enough for a busy machine, and short enough for a test to wait for the end of the lease. */
const embeddedLeaseMs = 5_000;

export function openTransport(choice: TransportChoice): EventTransport {
  if (choice.kind === 'kafka') return createKafkaTransport({ brokers: choice.brokers, clientId: 'events-test', log });
  return createEmbeddedTransport({ url: choice.url, log, leaseMs: embeddedLeaseMs });
}
