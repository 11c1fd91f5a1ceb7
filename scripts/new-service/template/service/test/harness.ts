import { __Schema__Service } from '@drippulse/proto/drippulse/__schema__/v1/__schema___pb';
import { createHarness } from '@drippulse/service/harness';
import { publicService } from '@drippulse/topology';
import { service } from '../src/service.ts';

export { editor, stranger } from '@drippulse/service/harness';

export type Harness = Awaited<ReturnType<typeof startHarness>>;

/** Starts the service on a database of its own. */
export async function startHarness() {
  const harness = await createHarness(service);
  await harness.start();
  return { items: harness.clientsFrom(publicService, __Schema__Service), stop: harness.stop };
}
