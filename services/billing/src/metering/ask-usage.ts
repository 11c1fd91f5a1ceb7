import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { meterFromProto } from '@drippulse/entitlements';
import { EntitlementsService } from '@drippulse/proto/drippulse/entitlements/v1/entitlements_pb';
import { counters } from '@drippulse/topology';
import type { Context } from '../context.ts';
import { serviceCaller } from '../entitlements/push-entitlements.ts';
import { isOverageMeter, type OverageMeter } from '../plans/overage.ts';

const withinMs = 2_000;

/** Asks for the use of an organization in a month, for the charged meters. Unavailable services are asked later. */
export async function askUsage(ctx: Context, organizationId: bigint, month: Date): Promise<Map<OverageMeter, bigint>> {
  const { overage } = ctx.config.plans;
  const asked = counters.filter(({ meters }) => meters.some((meter) => isOverageMeter(meter) && overage[meter]));
  const answers = await Promise.all(
    asked.map(async ({ name }) => {
      try {
        const client = ctx.client(EntitlementsService, name)(serviceCaller(organizationId));
        return (await client.getUsage({ month: timestampFromDate(month) }, { timeoutMs: withinMs })).usage;
      } catch (error) {
        ctx.log.warn({ err: error, peer: name }, 'usage that may be charged is not known at the moment');
        return [];
      }
    }),
  );
  return new Map(
    answers.flat().flatMap(({ meter: counted, used }) => {
      const meter = meterFromProto(counted);
      return meter === undefined || !isOverageMeter(meter) ? [] : [[meter, used] as const];
    }),
  );
}
