import http from 'node:http';
import { percentile } from '../measuring/percentile.ts';

/** A load: repeats one GET on persistent connections, with `concurrency` requests at a time, and then ends. */
export type Load = { url: string; apiKey: string; requests: number; concurrency: number };

/** The result of one run of the load. */
export type LoadReport = { seconds: number; p50Ms: number; p99Ms: number; lastBody: string };

const load: Load = JSON.parse(process.argv[2] ?? '{}');
const agent = new http.Agent({ keepAlive: true, maxSockets: load.concurrency });
const times: number[] = [];
let lastBody = '';
let left = load.requests;

const startedAt = performance.now();
await Promise.all(Array.from({ length: load.concurrency }, repeat));
const seconds = (performance.now() - startedAt) / 1000;
const report: LoadReport = { seconds, p50Ms: percentile(times, 0.5), p99Ms: percentile(times, 0.99), lastBody };
process.send?.(report, () => process.exit());

async function repeat(): Promise<void> {
  for (; left > 0; ) {
    left -= 1;
    await once();
  }
}

function once(): Promise<void> {
  const sentAt = performance.now();
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${load.apiKey}` };
    const request = http.get(load.url, { agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        lastBody = Buffer.concat(chunks).toString();
        if (response.statusCode !== 200) return reject(new Error(`${response.statusCode}: ${lastBody}`));
        times.push(performance.now() - sentAt);
        resolve();
      });
    });
    request.once('error', reject);
  });
}
