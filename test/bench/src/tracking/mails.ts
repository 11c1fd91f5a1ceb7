import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLinks } from '@drippulse/enrollments/tracking';
import { messageIdOf } from '@drippulse/mail';
import type pg from 'pg';

/** The URLs of the pixels alone, and of both pixels and links, in the order of the mails. */
export type Addresses = { pixels: string[]; both: string[] };

/** Makes mails that were sent an hour ago, and returns the URLs in them. */
export async function fillMails(
  client: pg.Client,
  count: number,
  { trackingKeys, publicUrl }: { trackingKeys: string; publicUrl: string },
): Promise<Addresses> {
  const keys = Array.from({ length: count }, () => `${randomUUID()}:hello:1`);
  const ids = keys.map((key) => messageIdOf(key, 'drippulse@localhost'));
  await client.query(
    `insert into deliveries (organization_id, workflow_id, enrollment_id, queued_at, sent_at, status, channel, integration_id,
       receiver, subject, effect_key, step_id, message_id)
     select 1, 1, place, now() - interval '1 hour', now() - interval '1 hour', 'sent', 'email', 'nurture',
       'p' || place || '@example.com', 'Hi', key, 'hello', id
     from unnest($1::text[], $2::text[]) with ordinality as mail (key, id, place)`,
    [keys, ids],
  );
  const links = createLinks({ trackingKeys, publicUrl });
  const urlOf = (kind: 'open' | 'click', deliveryKey: string) =>
    links.urlOf({
      kind,
      organizationId: 1n,
      mode: 'live',
      deliveryKey,
      url: kind === 'click' ? 'https://shop.example/sale?from=mail' : '',
    });
  return {
    pixels: keys.map((key) => urlOf('open', key)),
    both: keys.flatMap((key) => [urlOf('open', key), urlOf('click', key)]),
  };
}

/** Waits until every answered hit is stored; equal hits share a row. */
export async function untilStored(client: pg.Client, count: number): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    const { rows } = await client.query('select coalesce(sum(times), 0)::int as count from hits');
    if (rows[0]?.count === count) return;
    if (tries === 100) throw new Error(`${rows[0]?.count} of ${count} hits are stored`);
    await sleep(100);
  }
}
