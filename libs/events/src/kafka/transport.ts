import type { Logger } from '@drippulse/observability';
import type { EventTransport } from '../transport.ts';

export function createKafkaTransport(_options: { brokers: string[]; clientId: string; log: Logger }): EventTransport {
  throw new Error('not there yet');
}
