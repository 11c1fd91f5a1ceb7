import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { BillingService } from '@drippulse/proto/drippulse/billing/v1/billing_pb';
import { clientFor, createGrpcPeers } from '@drippulse/rpc';
import { freePort } from '@drippulse/servers';
import { eventually } from '@drippulse/testing';
import { publicService, serviceOf } from '@drippulse/topology';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { admin, type Harness, startHarness } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ isStopped: true });
});
afterAll(() => harness.stop());

const name = serviceOf('billing');

/** The writes of `subscribe`, in their order. */
test.each([
  ['the customer', /customers$/],
  ['the payment method', /attach$/],
  ['the subscription', /subscriptions$/],
])('a process killed between its write of %s and the answer makes no second one', async (_, path) => {
  const organizationId = BigInt(1 + Math.floor(Math.random() * 1e6));
  const { customers, subscriptions } = harness.stripe.account;
  const before = { customers: customers.size, subscriptions: subscriptions.size };
  const card = harness.stripe.dashboard.card();
  const hold = harness.stripe.holdWrites(path);
  await killWhile(async (billing) => {
    void billing({ ...admin, organizationId })
      .subscribe({ plan: 'growth', paymentMethod: card.id })
      .catch(() => undefined);
    await eventually(() => expect(hold.held()).toBe(1));
  });
  hold.release();
  // Moves the time past the end of the dead process's lease.
  harness.shift(harness.config.leaseMs);
  await harness.start();
  const billing = harness.billing({ ...admin, organizationId });
  await eventually(async () => expect((await billing.getBilling({})).billing?.plan).toBe('growth'));
  expect(customers.size).toBe(before.customers + 1);
  expect(subscriptions.size).toBe(before.subscriptions + 1);
  await harness.stopServices();
});

/** Runs the service in a process of its own, and kills it when `use` is done. */
async function killWhile(
  use: (billing: ReturnType<typeof clientFor<typeof BillingService>>) => Promise<void>,
): Promise<void> {
  const grpcPort = await freePort();
  const config = { ...harness.config, grpcHost: '127.0.0.1', grpcPort };
  const peers = createGrpcPeers({ [name]: `127.0.0.1:${grpcPort}` });
  const client = clientFor(BillingService, {
    peers,
    target: name,
    tokens: harness.harness.keys.tokensOf(publicService),
  });
  const child = spawn(process.execPath, [fileURLToPath(new URL('child.ts', import.meta.url))], {
    env: { ...process.env, NODE_OPTIONS: '', TEST_CONFIG: JSON.stringify(config) },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const ended = once(child, 'exit');
  try {
    await eventually(() => client(admin).getBilling({}));
    await use(client);
  } finally {
    child.kill('SIGKILL');
    await ended;
    peers.close();
  }
}
