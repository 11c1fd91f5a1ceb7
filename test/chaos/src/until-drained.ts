import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { behindIn, readBillingFacts } from './billing-facts.ts';
import { committedByBilling, committedByCrm, committedEvents, isForWebhooks } from './checks/published.ts';
import { type Hook, hurryDeliveries } from './deliverers.ts';
import { type Facts, readFacts } from './facts.ts';
import type { History } from './history.ts';
import type { Servers } from './servers.ts';

/**
 * Maximum time in milliseconds without any change while work is still to be done. It covers a backoff and a lease, on a
 * busy machine.
 */
const patienceMs = 60_000;

/**
 * Waits until no work is under way, or until nothing has changed for `patienceMs`, and returns the facts. Unfinished
 * work is reported by the checks.
 */
export async function factsWhenDrained(
  { postgresUrl }: Servers,
  { published, publishedBy, letters }: History,
  hooks: readonly Hook[],
): Promise<Facts> {
  const client = new pg.Client({ connectionString: postgresUrl });
  await client.connect();
  try {
    // Nothing changes while letters wait for the morning.
    await sleep(Math.max(0, letters.quietUntil - Date.now()));
    await untilNothingChanges(async () => {
      const { rows } = await client.query(`
        select (select count(*) from enrollments.runs) + (select count(*) from enrollments.outbox)
            + (select count(*) from crm.outbox) + (select count(*) from billing.outbox)
            + (select count(*) from billing.customers where marks > fetched_marks)
            + (select count(*) from billing.operations where status = 'pending')
            + (select count(*) from crm.opportunities where status = 'won')
            - (select count(*) from enrollments.inbox where event_id like '%.attributed')
            + (select count(*) from enrollments.hits where verdict is null and kind in ('open', 'click'))
            + (select count(*) from agents.reservations where state = 'open') as left,
          (select coalesce(sum(lines), 0) from enrollments.runs) as lines`);
      return { isDone: rows[0].left === '0', progress: `${rows[0].left} ${rows[0].lines}` };
    });
    await untilNothingChanges(async () => {
      const behind = behindIn(await readBillingFacts(async (text) => (await client.query(text)).rows));
      return { isDone: behind.length === 0, progress: behind.join(' ') };
    });
    const facts = await readFacts(postgresUrl);
    const [committed, byCrm, byBilling] = [committedEvents(facts), committedByCrm(facts), committedByBilling(facts)];
    await untilNothingChanges(() => {
      const missing =
        [...committed.keys()].filter((id) => !published.has(id)).length +
        [...byCrm.keys()].filter((id) => !publishedBy.crm.has(id)).length +
        [...byBilling.keys()].filter((id) => !publishedBy.billing.has(id)).length;
      return { isDone: missing === 0, progress: String(missing) };
    });
    const expected = [...committed.values()]
      .filter(isForWebhooks)
      .map(
        ({ organizationId }) => hooks.filter((hook) => !hook.isGone && hook.organizationId === organizationId).length,
      );
    await untilDelivered(
      client,
      expected.reduce((sum, count) => sum + count, 0),
    );
    const counted = [...committed, ...byCrm].filter(([, { type }]) => countedTypes.has(type)).map(([id]) => id);
    await untilNothingChanges(async () => {
      const { analytics } = await readFacts(postgresUrl);
      const missing = counted.filter((id) => !analytics.ids.has(id)).length;
      const behind = analytics.attempts.filter((one) => one.counted !== one.made).length;
      return { isDone: missing + behind === 0, progress: `${missing} ${JSON.stringify(analytics.attempts)}` };
    });
  } finally {
    await client.end();
  }
  return readFacts(postgresUrl);
}

/** Events that analytics counts. */
const countedTypes: ReadonlySet<string> = new Set([
  ...['started', 'completed', 'failed', 'cancelled', 'emailSent', 'stepsCounted'],
  ...['opportunityAttributed', 'leadCreated', 'opportunityWon'],
]);

/** Waits for deliveries. A disabled webhook gets no more deliveries, and keeps its queue. */
async function untilDelivered(client: pg.Client, expected: number): Promise<void> {
  await untilNothingChanges(async () => {
    await hurryDeliveries(client);
    const { rows } = await client.query(`
      select count(*) filter (where active) as made,
        count(*) filter (where active and status in ('pending', 'failed')) as open,
        (select coalesce(sum(attempts), 0) from webhooks.deliveries) as attempts,
        (select count(*) from webhooks.webhooks where not active) as disabled
      from webhooks.deliveries join webhooks.webhooks on webhooks.id = webhook_id`);
    const { made, open, attempts, disabled } = rows[0];
    return { isDone: open === '0' && Number(made) >= expected, progress: `${made} ${open} ${attempts} ${disabled}` };
  });
}

type State = { isDone: boolean; progress: string };

async function untilNothingChanges(look: () => Promise<State> | State): Promise<void> {
  let before: string | undefined;
  for (let changedAt = performance.now(); performance.now() - changedAt < patienceMs; await sleep(200)) {
    const { isDone, progress } = await look();
    if (isDone) return;
    if (progress !== before) changedAt = performance.now();
    before = progress;
  }
}
