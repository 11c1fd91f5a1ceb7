import { setTimeout as sleep } from 'node:timers/promises';
import type { RuntimeClient } from './clients.ts';
import type { History } from './history.ts';
import { callMs, type UntilAnswered } from './until-answered.ts';

/** The objects that the `drive…` functions share. */
export type Driving = {
  seed: number;
  clients: readonly RuntimeClient[];
  history: Pick<History, 'calls' | 'journeys' | 'entries' | 'letters' | 'mails' | 'starters' | 'opportunities'>;
  untilAnswered: UntilAnswered;
  /** Aborted when the load stops. */
  stopped: AbortSignal;
};

/** Pauses. The pause ends early once the load stops. */
export async function pause({ stopped }: Pick<Driving, 'stopped'>, ms: number): Promise<void> {
  await sleep(ms, undefined, { signal: stopped }).catch(() => undefined);
}

/**
 * Sends a person's event to the runtime `first`. If that runtime does not respond, tries the others in turn until one
 * does. Returns the event's id.
 */
export async function sendEvent(
  { untilAnswered }: Driving,
  event: { organizationId: bigint; name: string; email: string; key: string; properties?: object },
  first = 0,
): Promise<string> {
  const { organizationId, name, email, key, properties = {} } = event;
  const contact = Buffer.from(JSON.stringify({ email }));
  const request = { name, contact, idempotencyKey: key, properties: Buffer.from(JSON.stringify(properties)) };
  const { id } = await untilAnswered(
    (client) => client.events(organizationId).acceptEvent(request, { timeoutMs: callMs }),
    first,
  );
  return id;
}
