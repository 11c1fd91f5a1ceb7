import type { Bench } from '../bench.ts';
import { measureClaim, measureEndless, measureIsolation, measureLatency, measureThroughput } from './measure.ts';
import { startPlatform } from './platform.ts';

const whole = { deliveries: 40_000, seconds: 15, retries: 1_000_000 };
const short = { deliveries: 2_000, seconds: 2, retries: 20_000 };

/** Deliveries to a local receiver, with every attempt recorded. */
export const webhooks: Bench = async (options) => {
  options.progress('webhooks: latency, throughput, isolation, endless answers, claims …');
  const { deliveries, seconds, retries } = options.short ? short : whole;
  const platform = await startPlatform();
  try {
    const latency = await measureLatency(platform, seconds);
    const throughput = await measureThroughput(platform, deliveries);
    const isolation = await measureIsolation(platform, seconds);
    const endless = await measureEndless(platform, seconds);
    await platform.stopService();
    const claim = await measureClaim(platform, retries);
    return { ...throughput, ...latency, ...isolation, ...endless, ...claim };
  } finally {
    await platform.stopService();
    await platform.stop();
  }
};
