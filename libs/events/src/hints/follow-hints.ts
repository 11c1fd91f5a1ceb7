import { fromBinary } from '@bufbuild/protobuf';
import type { Logger } from '@drippulse/observability';
import { HintsSchema } from '@drippulse/proto/drippulse/events/v1/hints_pb';
import type { EventTransport, ReceivedMessage, Subscription } from '../transport.ts';
import { type Hint, hintOf, hintsTopic } from './hint.ts';

/**
 * Reads the hints of every service in this process: first the hints of the last `sinceMs`, then each hint as it
 * arrives. A position is the number of messages before it, and is equal in every process. `onStart` gets the first
 * position that is read; `onHints` gets the hints of one message, and the position after it.
 */
export function followHints(options: {
  transport: Pick<EventTransport, 'follow'>;
  log: Logger;
  sinceMs: number;
  onStart(position: bigint): void;
  onHints(hints: readonly Hint[], position: bigint): void;
}): Promise<Subscription> {
  const { transport, log, sinceMs, onStart, onHints } = options;
  return transport.follow({
    topic: hintsTopic,
    sinceMs,
    // All hints have one key, so they are in one partition.
    onStart: (positions) => onStart([...positions.values()].reduce((most, each) => (each > most ? each : most), 0n)),
    onMessage(message) {
      const hints = read(message, log);
      onHints(hints, message.offset + 1n);
    },
  });
}

/** Reads the hints of a message. Returns an empty list for a message that was not sent by a publisher of hints. */
function read({ value, refusal }: ReceivedMessage, log: Logger): Hint[] {
  if (refusal !== undefined) {
    log.warn({ reason: refusal }, 'hints refused');
    return [];
  }
  try {
    return fromBinary(HintsSchema, value).hints.map(hintOf);
  } catch (error) {
    log.warn({ err: error }, 'hints that cannot be read');
    return [];
  }
}
