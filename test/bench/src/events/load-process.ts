import http from 'node:http';
import { percentile } from '../measuring/percentile.ts';
import { batchSize, eventText } from './load-events.ts';

/** A load: events from `first` on, half in batches and half as single requests, at a rate or as fast as possible. */
export type Load = { base: string; apiKey: string; first: number; count: number; perSecond: number | undefined };

/** The result of a load. `lateMs` is the delay of the last request after its scheduled time. */
export type LoadReport = { seconds: number; singleP99Ms: number; batchP99Ms: number; lateMs: number };

const singlesAtOnce = 64;
const batchesAtOnce = 2;

const load: Load = JSON.parse(process.argv[2] ?? '{}');
const agent = new http.Agent({ keepAlive: true, maxSockets: 256 });
const { batches, singles } = divided(load.first, load.count);
const singleTimes: number[] = [];
const batchTimes: number[] = [];
let lateMs = 0;

const startedAt = performance.now();
await Promise.all([
  sendAll(batches, { atOnce: batchesAtOnce, everyMs: everyMs(batches.length), times: batchTimes, send: sendBatch }),
  sendAll(singles, { atOnce: singlesAtOnce, everyMs: everyMs(singles.length), times: singleTimes, send: sendSingle }),
]);
const report: LoadReport = {
  seconds: (performance.now() - startedAt) / 1000,
  singleP99Ms: percentile(singleTimes, 0.99),
  batchP99Ms: percentile(batchTimes, 0.99),
  lateMs,
};
process.send?.(report, () => process.exit());

/**
 * Divides the events of a load into blocks of a batch's size. The blocks are sent in turn as one batch and as single
 * requests.
 */
function divided(first: number, count: number): { batches: number[]; singles: number[] } {
  const blocks = Array.from({ length: Math.ceil(count / batchSize) }, (_, index) => first + index * batchSize);
  return {
    batches: blocks.filter((_, index) => index % 2 === 0),
    singles: blocks
      .filter((_, index) => index % 2 === 1)
      .flatMap((block) => Array.from({ length: batchSize }, (_, index) => block + index)),
  };
}

function everyMs(requests: number): number | undefined {
  return load.perSecond === undefined ? undefined : (load.count / load.perSecond / requests) * 1000;
}

/** Sends each request at its scheduled time. Without a schedule, keeps `atOnce` requests under way. */
async function sendAll(
  items: readonly number[],
  o: { atOnce: number; everyMs: number | undefined; times: number[]; send(item: number): Promise<void> },
): Promise<void> {
  const timed = async (item: number) => {
    const sentAt = performance.now();
    await o.send(item);
    o.times.push(performance.now() - sentAt);
  };
  if (o.everyMs === undefined) {
    let next = 0;
    const repeat = async () => {
      for (let item = items[next++]; item !== undefined; item = items[next++]) await timed(item);
    };
    await Promise.all(Array.from({ length: o.atOnce }, repeat));
    return;
  }
  const sent: Promise<void>[] = [];
  for (let index = 0; index < items.length; ) {
    const dueMs = performance.now() - startedAt;
    for (; index < items.length && index * o.everyMs <= dueMs; index += 1) {
      lateMs = Math.max(lateMs, dueMs - index * o.everyMs);
      sent.push(timed(items[index] ?? 0));
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await Promise.all(sent);
}

function sendSingle(event: number): Promise<void> {
  return post('/events', eventText(event));
}

async function sendBatch(first: number): Promise<void> {
  const events = Array.from({ length: batchSize }, (_, index) => eventText(first + index));
  await post('/events/batch', `{"events":[${events.join(',')}]}`);
}

function post(path: string, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${load.apiKey}`, 'content-type': 'application/json' };
    const request = http.request(load.base + path, { method: 'POST', agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        if (response.statusCode === 202) resolve();
        else reject(new Error(`${response.statusCode}: ${Buffer.concat(chunks)}`));
      });
    });
    request.once('error', reject);
    request.end(body);
  });
}
