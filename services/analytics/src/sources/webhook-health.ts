import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { type Webhook, WebhookDeliveryStatus } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import type { Context } from '../context.ts';
import { countExactly } from '../tables/count.ts';
import { percentOf } from '../tables/percent.ts';
import { type Cell, number, type Page, type Table, text } from '../tables/table.ts';
import type { Reading } from './source.ts';
import { unlessGone } from './unless-gone.ts';

const { DELIVERED, EXHAUSTED, FAILED, PENDING, CANCELLED } = WebhookDeliveryStatus;
const counted = [DELIVERED, EXHAUSTED, FAILED, PENDING, CANCELLED] as const;

/** Counts deliveries by webhook and by the status that they have at the time of the report. */
export async function webhookHealth(ctx: Context, reading: Reading): Promise<Table> {
  return {
    title: 'Webhook health',
    columns: [
      number('webhook_id', 'Webhook'),
      text('url', 'Address'),
      text('state', 'State'),
      number('delivered', 'Delivered'),
      number('exhausted', 'Exhausted'),
      number('retrying', 'Tried again'),
      number('pending', 'Not tried'),
      number('cancelled', 'Cancelled'),
      number('success_percent', 'Success (%)'),
    ],
    pages: pagesOf(ctx, reading),
    chart: { label: 'url', value: 'delivered' },
  };
}

async function* pagesOf({ clients }: Context, { caller, parameters }: Reading): AsyncGenerator<Page> {
  const webhooks = clients.webhooks(caller);
  /** Counts the deliveries of a webhook by status, in the order of `counted`. */
  async function countsOf(webhookId: bigint): Promise<bigint[]> {
    const counts: bigint[] = [];
    for (const status of counted) {
      const count = await countExactly(parameters, ({ from, to }) =>
        webhooks.listDeliveries({
          ...{ webhookId, status, limit: 1 },
          ...{ since: timestampFromDate(from), until: timestampFromDate(to) },
        }),
      );
      counts.push(count);
    }
    return counts;
  }
  let [cursor, seen]: [string | undefined, number] = [undefined, 0];
  do {
    const list = await webhooks.listWebhooks({ ...(cursor !== undefined && { cursor }), limit: 100 });
    for (const webhook of list.webhooks) {
      const counts = await unlessGone(countsOf(webhook.id));
      seen += 1;
      yield {
        rows: counts === undefined ? [] : [rowOf(webhook, counts)],
        done: seen / Math.max(seen, Number(list.totalCount)),
      };
    }
    cursor = list.nextCursor;
  } while (cursor !== undefined);
}

function rowOf({ id, url, active, disabledReason }: Webhook, counts: readonly bigint[]): Cell[] {
  const [delivered = 0n, exhausted = 0n] = counts;
  const state = disabledReason ?? (active ? 'active' : 'paused');
  return [id, url, state, ...counts, percentOf(delivered, delivered + exhausted)];
}
