import type { DomainError } from '@drippulse/errors';
import type { StreamHint } from './pending.ts';

// Server-sent events (HTML Standard, 9.2). A block without `data` reaches no handler, but its `id` is kept by the
// client.

/** Milliseconds after which a client connects again. */
const retryMs = 2000;

/**
 * The first block: when to connect again, and where the stream begins. Before the first contact with the transport that
 * is the beginning of everything: a client that is cut off meanwhile is then asked to read everything again.
 */
export function openingText(position: bigint | undefined): string {
  return `retry: ${retryMs}\n${idLine(position ?? 0n)}\n`;
}

export function hintText(hint: StreamHint, position: bigint | undefined): string {
  return `${idLine(position)}data: ${JSON.stringify(hint)}\n\n`;
}

/** A comment, so that nobody on the way takes the connection for dead; and how far the stream has come. */
export function heartbeatText(position: bigint | undefined): string {
  return `: still here\n${idLine(position)}\n`;
}

/** The last event: why the platform ends the stream. `random` spreads the clients of a process that stops. */
export function endText({ reason, message }: DomainError, random: number): string {
  const retry = `retry: ${Math.round(retryMs * (0.25 + random))}\n`;
  return `${retry}event: end\ndata: ${JSON.stringify({ error: reason, message })}\n\n`;
}

function idLine(position: bigint | undefined): string {
  return position === undefined ? '' : `id: ${position}\n`;
}
