import { OrganizationRowsService } from '@drippulse/proto/drippulse/organizations/v1/rows_pb';
import { type ServiceName, serviceOf } from '@drippulse/topology';
import type { Context } from '../context.ts';

/** Creates a client for the rows of an organization in a service. */
export function rowsClient(ctx: Context, target: ServiceName, organizationId: bigint) {
  return ctx.client(
    OrganizationRowsService,
    target,
  )({ organizationId, actor: { type: 'service', id: serviceOf('identity') }, role: 'admin', mode: 'live' });
}
