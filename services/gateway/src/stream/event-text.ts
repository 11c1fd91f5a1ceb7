import type { DomainError } from '@drippulse/errors';
import type { StreamHint } from './pending.ts';

// Server-sent events (HTML Standard, 9.2). A block without `data` reaches no handler, but the client keeps its `id`.

/** Milliseconds after which a client reconnects. */
const retryMs = 2000;

/**
 * First block: the reconnection time, and the start position of the stream. Before the first contact with the
 * transport, that is the beginning of everything: a client that is cut off then is asked to read everything again.
 */
export function openingText(position: bigint | undefined): string {
  return `retry: ${retryMs}\n${idLine(position ?? 0n)}\n`;
}

export function hintText(hint: StreamHint, position: bigint | undefined): string {
  return `${idLine(position)}data: ${JSON.stringify(hint)}\n\n`;
}

/** Comment that keeps proxies from closing the connection as idle, with the current position of the stream. */
export function heartbeatText(position: bigint | undefined): string {
  return `: still here\n${idLine(position)}\n`;
}

/**
 * Last event, with the reason why the platform ends the stream. `random` spreads the reconnections of clients when a
 * process stops.
 */
export function endText({ reason, message }: DomainError, random: number): string {
  const retry = `retry: ${Math.round(retryMs * (0.25 + random))}\n`;
  return `${retry}event: end\ndata: ${JSON.stringify({ error: reason, message })}\n\n`;
}

function idLine(position: bigint | undefined): string {
  return position === undefined ? '' : `id: ${position}\n`;
}
