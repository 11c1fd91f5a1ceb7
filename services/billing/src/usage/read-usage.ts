import type { MessageInitShape } from '@bufbuild/protobuf';
import { meterFromProto } from '@drippulse/entitlements';
import type { MeterUsageSchema } from '@drippulse/proto/drippulse/billing/v1/account_pb';
import { EntitlementsService, type Usage } from '@drippulse/proto/drippulse/entitlements/v1/entitlements_pb';
import { counters } from '@drippulse/topology';
import type { Context } from '../context.ts';
import { fromUnits } from '../entitlements/content.ts';
import { serviceCaller } from '../entitlements/push-entitlements.ts';
import { meters } from '../plans/meters.ts';

const withinMs = 1_000;

/** Reads the usage of an organization from the services that count it. An unavailable service is left out. */
export async function readUsage(
  ctx: Context,
  organizationId: bigint,
): Promise<MessageInitShape<typeof MeterUsageSchema>[]> {
  const answers = await Promise.all(
    counters.map(async ({ name }) => {
      try {
        const client = ctx.client(EntitlementsService, name)(serviceCaller(organizationId));
        return (await client.getUsage({}, { timeoutMs: withinMs })).usage;
      } catch (error) {
        ctx.log.debug({ err: error, peer: name }, 'usage is not known at the moment');
        return [];
      }
    }),
  );
  return answers
    .flat()
    .flatMap((usage) => shownUsage(usage) ?? [])
    .toSorted((a, b) => meters.indexOf(a.meter) - meters.indexOf(b.meter));
}

function shownUsage({ meter: counted, used, limit, resetsAt, held }: Usage) {
  const meter = meterFromProto(counted);
  if (meter === undefined) return undefined;
  return {
    meter,
    used: fromUnits(meter, used),
    held,
    ...(limit !== undefined && { limit: fromUnits(meter, limit) }),
    ...(resetsAt && { resetsAt }),
  };
}
