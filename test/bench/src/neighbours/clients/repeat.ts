import { setTimeout as sleep } from 'node:timers/promises';
import type { Place, Round } from '../attack.ts';
import { type Sent, send } from './send.ts';

/** Sends a request and counts its status. */
export async function sendCounted(place: Place, sent: Sent, { signal, count }: Round): Promise<number | undefined> {
  const status = await send(place, sent, signal);
  count(`${sent.path.split('?')[0]?.replaceAll(/\d+/g, 'n')} ${status ?? 'ended'}`);
  return status;
}

/** Sends a request repeatedly. */
export async function repeat(place: Place, sent: Sent, round: Round): Promise<void> {
  while (!round.signal.aborted) {
    const status = await sendCounted(place, sent, round);
    // Waits a little, as a client that partly respects Retry-After does.
    if (status === undefined || status >= 300) await sleep(200);
  }
}
