import { meterToProto } from '@drippulse/entitlements';
import { EntitlementsService, type Usage } from '@drippulse/proto/drippulse/entitlements/v1/entitlements_pb';
import { clientFor, type Peers } from '@drippulse/rpc';
import { limiter, type MeterName, type ServiceName, serviceOf } from '@drippulse/topology';
import { editor } from './callers.ts';
import type { TestKeys } from './keys.ts';

/** Sets limits in a service that counts meters, as the service that sells the limits does. Also reads the usage. */
export function entitling(
  { peers, keys }: { peers: Peers; keys: TestKeys },
  target: ServiceName,
): {
  entitle(
    limits: Partial<Record<MeterName, number>>,
    o?: { organizationId?: bigint; entriesHeld?: boolean },
  ): Promise<void>;
  usage(meter: MeterName, organizationId?: bigint): Promise<Usage>;
} {
  const from = limiter ?? serviceOf('workflows');
  const clients = clientFor(EntitlementsService, { peers, target, tokens: keys.tokensOf(from) });
  const clientOf = (organizationId: bigint) =>
    clients({ ...editor, organizationId, actor: { type: 'service', id: from } });
  let sequence = 0n;
  return {
    async entitle(limits, { organizationId = editor.organizationId, entriesHeld = false } = {}) {
      sequence += 1n;
      const all = Object.entries(limits).map(([meter, limit]) => ({
        meter: meterToProto(meter as MeterName), // Object.entries() loses the type of the keys
        limit: BigInt(limit),
      }));
      const entitlements = { sequence, plan: 'test', limits: all, entriesHeld };
      await clientOf(organizationId).applyEntitlements({ entitlements });
    },
    async usage(meter, organizationId = editor.organizationId) {
      const { usage } = await clientOf(organizationId).getUsage({});
      const found = usage.find((one) => one.meter === meterToProto(meter));
      if (found === undefined) throw new Error(`${meter} is not counted here`);
      return found;
    },
  };
}
