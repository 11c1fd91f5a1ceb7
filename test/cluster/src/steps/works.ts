import { works } from '@drippulse/harness';
import type { Api } from '../api.ts';
import type { Step } from '../report.ts';
import { receiverUrl, type World } from '../world.ts';

/** Does a piece of work through each service of the table, one after the other. */
export async function doWorkOfEach(world: World, api: Api, step: Step): Promise<void> {
  const tools = { call: api.call, receiverUrl: `${receiverUrl(world)}/works` };
  const done: string[] = [];
  for (const { service, work } of works) {
    step.progress(service);
    try {
      done.push(`${service}: ${await work(tools)}`);
    } catch (error) {
      throw new Error(`${service} did not do its work: ${error instanceof Error ? error.message : error}`);
    }
  }
  step.measure(done.join(', '));
}
