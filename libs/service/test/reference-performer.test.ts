import { eventually } from '@drippulse/testing';
import { serviceOf } from '@drippulse/topology';
import { effectServiceContract } from '../src/harness/effect-service-contract.ts';
import { startReferencePerformer } from '../src/harness/index.ts';

// Any service that does not perform effects itself would do.
const name = serviceOf('webhooks');
const sample = (action: string) => ({ kind: 'integration_action', request: { action } });

effectServiceContract(async ({ address, keys }) => {
  const performer = await startReferencePerformer({ name, keys, runtime: () => address });
  return {
    name,
    address: performer.address,
    samples: {
      done: sample('now'),
      accepted: () => sample('later'),
      passing: sample('fail_once'),
      refused: sample('fail'),
    },
    done: performer.done,
    async finish(key) {
      performer.finish(key);
      await eventually(() => performer.settle(key));
    },
    stop: performer.stop,
  };
});
