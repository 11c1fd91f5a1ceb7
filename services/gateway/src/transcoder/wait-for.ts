import type { Held, Shares } from '@drippulse/loops';
import { clientGone } from './read-body.ts';

/**
 * Waits for the holder's turn, then takes a place. Throws when the client leaves in the meantime. No response is needed
 * then.
 */
export function waitFor(shares: Shares, holder: string, amount: number, signal: AbortSignal): Promise<Held> {
  return shares.wait(holder, amount, signal).catch((error: unknown) => {
    throw signal.aborted ? clientGone() : error;
  });
}
