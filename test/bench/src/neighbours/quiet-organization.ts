import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Api, createApi } from '../services/api.ts';

/** The times, in milliseconds, of what an organization does at a fixed rate. */
export type Times = { reads: number[]; wakeUps: number[]; webhooks: number[]; failures: number };

export type QuietOrganization = {
  /** Works for so long and returns the times of all that it began. */
  work(seconds: number): Promise<Times>;
  stop(): Promise<void>;
};

const readEveryMs = 50;
const enrollEveryMs = 250;
const waitMs = 1_000;
/** Time for what was begun last. */
const lastMs = 10_000;

/** An organization that reads, and whose enrollments wait, call back and publish webhooks, each to this process. */
export async function startQuietOrganization(base: string, token: string): Promise<QuietOrganization> {
  const api = createApi(base, token);
  let times: Times = emptyTimes();
  const receiver = createServer((request, response) => {
    const at = Date.now();
    void bodyOf(request).then((body) => {
      if (request.url === '/callback') times.wakeUps.push(at - Number(body.due));
      else times.webhooks.push(at - Date.parse(body.data.completed_at));
    });
    response.end('{}');
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`; // it listens on TCP
  const workflowId = await prepare(api, url);
  const reads = [`/workflows/${workflowId}`, `/workflows/${workflowId}/enrollments?limit=20`, '/crm/contacts?limit=20'];

  async function read(turn: number): Promise<void> {
    const startedAt = performance.now();
    await api('GET', reads[turn % reads.length] ?? '');
    times.reads.push(performance.now() - startedAt);
  }

  async function enroll(): Promise<void> {
    const due = Date.now() + waitMs;
    await api('POST', `/workflows/${workflowId}/enrollments/bulk`, { contacts: [{ lead_ref: `${due}`, due }] });
  }

  return {
    async work(seconds) {
      const own = emptyTimes();
      times = own;
      const under: Promise<void>[] = [];
      const run = (task: Promise<void>) => {
        const failed = () => {
          own.failures += 1;
        };
        under.push(task.catch(failed));
      };
      const end = performance.now() + seconds * 1000;
      let enrolled = 0;
      for (let turn = 0; performance.now() < end; turn += 1) {
        run(read(turn));
        if (turn % (enrollEveryMs / readEveryMs) === 0) {
          enrolled += 1;
          run(enroll());
        }
        await sleep(readEveryMs);
      }
      await Promise.all(under);
      const last = performance.now() + lastMs;
      while (own.webhooks.length < enrolled && performance.now() < last) await sleep(50);
      own.failures += Math.max(0, enrolled - own.webhooks.length);
      return own;
    },
    async stop() {
      receiver.closeAllConnections();
      receiver.close();
    },
  };
}

function emptyTimes(): Times {
  return { reads: [], wakeUps: [], webhooks: [], failures: 0 };
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
