import { sql } from 'kysely';
import type { Context } from '../../context.ts';
import { hasMessageKey, messageKeyOf } from '../find-mail.ts';
import type { Hit } from './hit.ts';

/** A hit with its time by `performance.now()`, and the number of equal hits. */
export type NotedHit = { hit: Hit; notedAt: number; times: number };

/**
 * Stores hits, in a statement of its own. The hits' times are database times, minus the time for which the hits waited
 * in the buffer. Hits of unknown mails are not stored. Names of clients that an erased person used are not stored
 * either.
 */
export async function storeHits(
  ctx: Pick<Context, 'db' | 'dbNow' | 'metrics'>,
  noted: readonly NotedHit[],
): Promise<void> {
  const now = performance.now();
  const rows = noted.map(({ hit: { link, method, userAgent, address, prefetch }, notedAt, times }) => ({
    age: (now - notedAt) / 1000,
    organization_id: String(link.organizationId),
    mail: messageKeyOf(link.deliveryKey),
    mode: link.mode,
    kind: link.kind,
    url: link.url === '' ? null : link.url,
    method,
    user_agent: userAgent,
    address,
    prefetch: prefetch === '' ? null : prefetch,
    times,
  }));
  await sql`
    insert into hits (at, organization_id, enrollment_id, delivery_id, mode, kind, url, method, user_agent, address, prefetch, times)
    select date_trunc('milliseconds', ${ctx.dbNow} - make_interval(secs => hit.age)), hit.organization_id, delivery.enrollment_id, delivery.id, hit.mode, hit.kind,
      case when delivery.receiver <> '' then hit.url end, hit.method,
      case when delivery.receiver <> '' then hit.user_agent end, case when delivery.receiver <> '' then hit.address end,
      hit.prefetch, hit.times
    from json_to_recordset(${JSON.stringify(rows)}::json) as hit (
      age float8, organization_id bigint, mail text, mode text, kind text, url text, method text,
      user_agent text, address text, prefetch text, times int)
    join deliveries as delivery on ${hasMessageKey(sql`delivery`, sql`hit.mail`)}
      and delivery.organization_id = hit.organization_id
    order by hit.age desc`.execute(ctx.db.kysely);
  for (const { hit, times } of noted) ctx.metrics.hitsTaken(hit.link.kind, times);
}
