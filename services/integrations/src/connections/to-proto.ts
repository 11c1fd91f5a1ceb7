import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import {
  type ConnectionUsesSchema,
  type IntegrationConnectionSchema,
  IntegrationConnectionStatus,
} from '@drippulse/proto/drippulse/integrations/v1/connections_pb';
import { findProvider } from '@drippulse/providers';
import { readError } from './problems.ts';
import type { ConnectionRow } from './rows.ts';
import { scopeFindings } from './scopes.ts';
import { shownCredentials } from './shown-credentials.ts';

const statuses: Readonly<Record<string, IntegrationConnectionStatus>> = {
  active: IntegrationConnectionStatus.ACTIVE,
  disabled: IntegrationConnectionStatus.DISABLED,
};

type Proto = MessageInitShape<typeof IntegrationConnectionSchema>;

/** Converts a connection to the form that people see. `now` determines whether the end of its credentials is near. */
export function connectionToProto(
  row: ConnectionRow,
  { now, usedBy }: { now: Date; usedBy?: MessageInitShape<typeof ConnectionUsesSchema> },
): Proto {
  const provider = findProvider(row.provider);
  const { shown, warning } = shownCredentials(row);
  const scopes = provider && scopeFindings(provider, row.granted_scopes);
  const error = readError(row.last_error);
  const reason = row.status_reason ?? (endsSoon(row, now) ? 'expires_soon' : undefined);
  const limited = row.rate_limited_until;
  return {
    id: row.id,
    provider: row.provider,
    externalKey: row.external_key,
    status: statuses[row.status],
    ...(reason !== undefined && { statusReason: reason }),
    ...(row.note !== null && { note: row.note }),
    credentials: Buffer.from(JSON.stringify(shown)),
    ...(row.account_id !== null && {
      account: { id: row.account_id, ...(row.account_name !== null && { name: row.account_name }) },
    }),
    ...(scopes && { scopes }),
    ...(row.ends_at !== null && { expiresAt: timestampFromDate(row.ends_at) }),
    ...(row.last_used_at !== null && { lastUsedAt: timestampFromDate(row.last_used_at) }),
    ...(error && { lastError: { code: error.code, message: error.message, at: timestampFromDate(error.at) } }),
    ...(limited !== null && limited > now && { rateLimitedUntil: timestampFromDate(limited) }),
    ...(usedBy && { usedBy }),
    ...(warning !== undefined && { warning }),
    createdAt: timestampFromDate(row.created_at),
    updatedAt: timestampFromDate(row.updated_at),
    revision: row.revision,
  };
}

/**
 * Number of days before the end of credentials at which the connection begins to show the end, and the organization's
 * admins are mailed.
 */
export const announcedDays = 14;

function endsSoon({ status, ends_at: endsAt }: ConnectionRow, now: Date): boolean {
  return status === 'active' && endsAt !== null && endsAt.getTime() - now.getTime() < announcedDays * 86_400_000;
}
