import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Api, createApi } from '../../services/api.ts';
import { atRate } from './at-rate.ts';
import { addFailure, addTime, emptyTimes, type Worker } from './work.ts';

const readEveryMs = 50;
const enrollEveryMs = 250;
const waitMs = 1_000;
/** Time limit for the calls that are still under way at the end. */
const lastMs = 10_000;

/** Starts an organization that reads, and whose enrollments wait, call back and publish webhooks to this process. */
export async function startQuietOrganization(base: string, token: string): Promise<Worker> {
  const api = createApi(base, token);
  let times = emptyTimes();
  let begunAt = 0;
  const receiver = createServer((request, response) => {
    const at = Date.now();
    void bodyOf(request).then((body) => {
      const isCallback = request.url === '/callback';
      // A request that was due before this period was delayed by an earlier attack, and does not belong to the period.
      if (Number(isCallback ? body.due : body.data.lead_ref) < begunAt) return;
      if (isCallback) addTime(times, 'wake_ups', at - Number(body.due));
      else addTime(times, 'webhooks', at - Date.parse(body.data.completed_at));
    });
    response.end('{}');
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`; // the receiver listens on TCP
  const workflowId = await prepare(api, url);
  const reads = [`/workflows/${workflowId}`, `/workflows/${workflowId}/enrollments?limit=20`, '/crm/contacts?limit=20'];

  async function read(turn: number): Promise<void> {
    const startedAt = performance.now();
    await api('GET', reads[turn % reads.length] ?? '');
    addTime(times, 'reads', performance.now() - startedAt);
  }

  async function enroll(): Promise<void> {
    const due = Date.now() + waitMs;
    await api('POST', `/workflows/${workflowId}/enrollments/bulk`, { contacts: [{ lead_ref: `${due}`, due }] });
  }

  return {
    async work(seconds) {
      const own = emptyTimes();
      times = own;
      begunAt = Date.now();
      const failed = (cause: unknown) => addFailure(own, cause);
      let enrolled = 0;
      await Promise.all([
        atRate(seconds, readEveryMs, (turn) => read(turn).catch(failed)),
        atRate(seconds, enrollEveryMs, async () => {
          enrolled += 1;
          await enroll().catch(failed);
        }),
      ]);
      const missing = () => enrolled - (own.ofKinds['webhooks']?.length ?? 0);
      const last = performance.now() + lastMs;
      while (missing() > 0 && performance.now() < last) await sleep(50);
      if (missing() > 0) own.failures['late'] = missing();
      return own;
    },
    stop() {
      receiver.closeAllConnections();
      receiver.close();
    },
  };
}

async function prepare(api: Api, url: string): Promise<number> {
  const { id } = await api('POST', '/workflows', {
    name: 'Quiet',
    status: 'active',
    steps: [
      { type: 'trigger', name: 'Start' },
      { type: 'wait', name: 'Pause', config: { duration: waitMs / 1000, unit: 'seconds' } },
      { type: 'webhook_callback', name: 'Call', config: { url: `${url}/callback`, payload: { due: '{{ due }}' } } },
    ],
  });
  await api('POST', '/webhooks', { url: `${url}/webhook`, event_type: 'enrollment.completed' });
  for (let index = 0; index < 20; index += 1) {
    await api('POST', '/crm/contacts', { email: `quiet${index}@example.com`, last_name: 'Quiet' });
  }
  return id;
}

// biome-ignore lint/suspicious/noExplicitAny: JSON of every shape
async function bodyOf(request: IncomingMessage): Promise<any> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString());
}
