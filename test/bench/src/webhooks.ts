import { run, short, whole } from '@drippulse/webhook-delivery/bench';
import type { Bench } from './bench.ts';

/** Deliveries to a local receiver. It looks into the service's own claim, so it lives beside it. */
export const webhooks: Bench = async (options) => {
  options.progress('webhooks: latency, throughput, isolation, endless answers, claims …');
  return run(options.short ? short : whole);
};
