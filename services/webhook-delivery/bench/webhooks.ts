import { loadavg } from 'node:os';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { measureClaim, measureEndless, measureIsolation, measureLatency, measureThroughput } from './parts.ts';
import { startPlatform } from './platform.ts';

/** How much is measured: all of it, or a short run that only shows that the bench works. */
export type Options = { deliveries: number; seconds: number; retries: number };

export const whole: Options = { deliveries: 40_000, seconds: 15, retries: 1_000_000 };
export const short: Options = { deliveries: 2_000, seconds: 2, retries: 20_000 };

/** Delivers to a local receiver, every attempt recorded, and answers the figures. */
export async function run({ deliveries, seconds, retries }: Options = whole) {
  const [load = 0] = loadavg();
  const platform = await startPlatform();
  try {
    const latency = await measureLatency(platform, seconds);
    const throughput = await measureThroughput(platform, deliveries);
    const isolation = await measureIsolation(platform, seconds);
    const endless = await measureEndless(platform, seconds);
    await platform.stopService();
    const claim = await measureClaim(platform, retries);
    return { ...throughput, ...latency, ...isolation, ...endless, ...claim, load_before: load };
  } finally {
    await platform.stopService();
    await platform.stop();
  }
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { json: { type: 'boolean' }, short: { type: 'boolean' } } });
  const figures = await run(values.short === true ? short : whole);
  if (values.json === true) console.log(JSON.stringify(figures));
  else for (const [name, value] of Object.entries(figures)) console.log(`${name.padEnd(28)}${value}`);
  process.exit();
}
