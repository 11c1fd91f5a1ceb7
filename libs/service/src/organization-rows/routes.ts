import type { ServiceImpl } from '@connectrpc/connect';
import type { Database } from '@drippulse/db';
import { DomainError } from '@drippulse/errors';
import { OrganizationRowsService } from '@drippulse/proto/drippulse/organizations/v1/rows_pb';
import { callerOf, type Routes } from '@drippulse/rpc';
import { serviceOf } from '@drippulse/topology';
import { eraseRows } from './erase.ts';
import { exportedTables, exportRows } from './export.ts';
import type { OrganizationTable } from './tables.ts';

const pieceBytes = 256 * 1024;

/**
 * Returns the routes by which every service with a schema lists, exports and erases an organization's rows. `declared`
 * has the service's tables. `end` is called before rows are erased.
 */
export function organizationRowsRoutes<DB>(
  { db, transfers }: { db: Database<DB>; transfers: Database<DB> },
  declared: Readonly<Record<string, OrganizationTable>>,
  end: ((organizationId: bigint) => Promise<void>) | undefined,
): Routes {
  return (router) => {
    router.service(OrganizationRowsService, {
      async listOrganizationTables(_request, call) {
        requireIdentity(callerOf(call).actor);
        return { tables: (await exportedTables(db.kysely, declared)).map(({ name }) => name) };
      },
      async *exportOrganizationTable({ table }, call) {
        const { organizationId, actor } = callerOf(call);
        requireIdentity(actor);
        const of = { organizationId, table, signal: call.signal };
        for await (const text of exportRows(transfers.kysely, declared, of)) {
          const bytes = Buffer.from(text);
          for (let at = 0; at < bytes.length; at += pieceBytes) yield { lines: bytes.subarray(at, at + pieceBytes) };
        }
      },
      async eraseOrganizationRows(_request, call) {
        const { organizationId, actor } = callerOf(call);
        requireIdentity(actor);
        await end?.(organizationId);
        return eraseRows(db.kysely, declared, organizationId);
      },
    } satisfies ServiceImpl<typeof OrganizationRowsService>);
  };
}

function requireIdentity({ type, id }: { type: string; id: string }): void {
  if (type === 'service' && id === serviceOf('identity')) return;
  throw new DomainError('permission_denied', 'insufficient_role', 'Only identity may call this.');
}
