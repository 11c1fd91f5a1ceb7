import type { Agent } from '../agent.ts';
import type { Api } from '../api.ts';
import type { Step } from '../report.ts';
import { until } from '../until.ts';
import { services } from '../world.ts';

/** Checks that every service sends traces, as the values of the upgrade require. */
export async function checkTraces(api: Api, collector: Agent, step: Step): Promise<void> {
  let missing = services;
  await until(
    60,
    async () => {
      // Calls a service that the load does not call.
      await api.call('GET', '/crm/contacts?limit=1');
      const received = new Set((await collector.received('/v1/traces')).map(({ key }) => key));
      missing = services.filter((service) => !received.has(service));
      return missing.length === 0 || undefined;
    },
    () => `no traces from ${missing.join(', ')}`,
  );
  step.measure('every service sends traces after it, as its values say');
}
