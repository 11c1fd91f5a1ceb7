import type { DomainError } from '@drippulse/errors';
import type { StreamHint } from './pending.ts';

// Server-sent events (HTML Standard, 9.2). A block without `data` reaches no handler, but the client keeps its `id`.

/** Milliseconds after which a client reconnects. */
const retryMs = 2000;

/**
 * Returns the first block: the reconnection time, and the start position of the stream. Before the first contact with
 * the transport, the position is 0, so that a client that loses the connection at this point is asked to read
 * everything again.
 */
export function openingText(position: bigint | undefined): string {
  return `retry: ${retryMs}\n${idLine(position ?? 0n)}\n`;
}

export function hintText(hint: StreamHint, position: bigint | undefined): string {
  return `${idLine(position)}data: ${JSON.stringify(hint)}\n\n`;
}

/** Returns a comment with the current position of the stream. It keeps proxies from closing the connection as idle. */
export function heartbeatText(position: bigint | undefined): string {
  return `: still here\n${idLine(position)}\n`;
}

/**
 * Returns the last event, which contains the reason why the platform ends the stream. `random` spreads the
 * reconnections of clients when a process stops.
 */
export function endText({ reason, message }: DomainError, random: number): string {
  const retry = `retry: ${Math.round(retryMs * (0.25 + random))}\n`;
  return `${retry}event: end\ndata: ${JSON.stringify({ error: reason, message })}\n\n`;
}

function idLine(position: bigint | undefined): string {
  return position === undefined ? '' : `id: ${position}\n`;
}
