import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { percentile } from '../measuring/percentile.ts';

/** A load of hits: each URL in turn, as fast as `concurrency` allows, or `perSecond` a second. */
export type HitLoad = { urls: string[]; requests: number; concurrency: number; perSecond?: number };

/** The result of a load. */
export type HitReport = { seconds: number; p50Ms: number; p99Ms: number; statuses: Record<string, number> };

const agents = ['Firefox/132.0', 'Chrome/130.0 Safari/537.36', 'Version/18.1 Safari/605.1.15'];

/** Number of hits to send. The load may be stopped earlier. */
let wanted = 0;
process.once('message', (load: HitLoad) => {
  wanted = load.requests;
  process.on('message', () => {
    wanted = 0;
  });
  void run(load);
});

async function run({ urls, concurrency, perSecond }: HitLoad): Promise<void> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: concurrency });
  const times: number[] = [];
  const statuses: Record<string, number> = {};
  let sent = 0;
  const hit = () => {
    const index = sent;
    sent += 1;
    const startedAt = performance.now();
    return new Promise<void>((resolve, reject) => {
      const headers = { 'user-agent': `Mozilla/5.0 (X11; Linux x86_64) ${agents[index % agents.length]}` };
      const request = http.get(urls[index % urls.length] ?? '', { agent, headers }, (response) => {
        response.resume().once('end', () => {
          times.push(performance.now() - startedAt);
          statuses[String(response.statusCode)] = (statuses[String(response.statusCode)] ?? 0) + 1;
          resolve();
        });
      });
      request.once('error', reject);
    });
  };
  const startedAt = performance.now();
  if (perSecond === undefined) {
    await Promise.all(
      Array.from({ length: concurrency }, async () => {
        while (sent < wanted) await hit();
      }),
    );
  } else {
    const waiting: Promise<void>[] = [];
    while (sent < wanted) {
      const due = Math.min(wanted, Math.ceil(((performance.now() - startedAt) / 1_000) * perSecond));
      while (sent < due) waiting.push(hit());
      await sleep(1);
    }
    await Promise.all(waiting);
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  const report: HitReport = { seconds, p50Ms: percentile(times, 0.5), p99Ms: percentile(times, 0.99), statuses };
  process.send?.(report, () => process.exit());
}
