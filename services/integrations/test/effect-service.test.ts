import { effectServiceContract } from '@drippulse/service/effect-service-contract';
import { startReceiver } from '@drippulse/testing';
import { serviceOf } from '@drippulse/topology';
import { actionEffect, effectsOf } from './effects.ts';
import { startHarness } from './effects-harness.ts';
import { fixtureCatalog } from './fixture-provider.ts';

const name = serviceOf('integrations');

effectServiceContract(async ({ keys }) => {
  const receiver = await startReceiver();
  const { INTERNAL_TOKEN_KEYS = '' } = keys.environmentOf(name, '');
  const harness = await startHarness({
    env: { INTERNAL_TOKEN_KEYS, PROVIDER_HOSTS_OVERRIDE: receiver.url },
    config: { grpcHost: '127.0.0.1', grpcPort: 0 },
    overrides: { catalog: fixtureCatalog() },
    start: false,
  });
  const { port } = await harness.start();
  await harness.addConnection('zoom', { token: 'tok_secret' });
  await harness.addConnection('zoom', { token: 'tok_secret' }, { organizationId: 2n });
  const sample = (action: string, text = 'Hello') => {
    const { kind, request } = actionEffect(action, { payload: { text } });
    return { kind, request };
  };
  let refused = 0;
  receiver.answer(({ body }) => {
    const text = body.toString();
    if (text.includes('passing')) {
      refused += 1;
      return refused === 1 ? { status: 503 } : { body: '{"id":1}' };
    }
    return text.includes('refused') ? { status: 400, body: '"no"' } : { body: '{"id":1}' };
  });
  return {
    name,
    address: `127.0.0.1:${port}`,
    samples: {
      done: sample('post'),
      passing: sample('make_by_key', 'passing'),
      refused: sample('post', 'refused'),
    },
    done: (key) => effectsOf(receiver, 'post', key),
    async stop() {
      await harness.stop();
      await receiver.stop();
    },
  };
});
