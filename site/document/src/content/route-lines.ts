import { type DescService, getOption } from '@bufbuild/protobuf';
import { isRepeatable, type Route, routesOf } from '@drippulse/gateway/routes';
import { enumNames } from '@drippulse/json';
import { LimitClassSchema, LimitKey, limit } from '@drippulse/proto/drippulse/rest/v1/rest_pb';
import { table } from './regions.ts';

/**
 * Returns a table of the writes that store their response under an `Idempotency-Key`, or of the writes that ignore the
 * header.
 */
export function idempotencyLines(services: readonly DescService[], isStored: boolean): string[] {
  const rows = services.flatMap(routesOf).filter((route) => isWrite(route) && isRepeatable(route) === isStored);
  return table(
    ['call', 'area'],
    rows.map((route) => [callOf(route), route.rest.tag]),
  );
}

/** Returns a table of the limit classes that at least one route has. */
export function limitLines(services: readonly DescService[]): string[] {
  const routes = services.flatMap(routesOf);
  const names = enumNames(LimitClassSchema);
  const rows = LimitClassSchema.values.flatMap((value) => {
    const counted = routes.filter(({ rest }) => rest.limits === value.number);
    const name = names.get(value.number);
    if (name === undefined || counted.length === 0) return [];
    const { requests, windowSeconds, per } = getOption(value, limit);
    const key = per === LimitKey.ADDRESS ? 'address, in place of the general limits' : 'organization, beside them';
    return [[`\`${name}\``, `${requests} in ${windowSeconds} s`, key, counted.map(callOf).join(', ')]];
  });
  return table(['policy', 'limit', 'counted by', 'calls'], rows);
}

function isWrite({ httpMethod }: Route): boolean {
  return httpMethod !== 'GET';
}

/** Returns a call as the pages write it, such as `POST /workflows/:id/test`, relative to `/api/v1`. */
function callOf({ httpMethod, template }: Route): string {
  const path = template.replace(/^\/api\/v1/, '').replaceAll(/\{([^}]+)\}/g, ':$1');
  return `\`${httpMethod} ${path}\``;
}
