import type { JsonObject } from '@drippulse/json';
import { ActionRefusal, type Verdict } from '@drippulse/providers';
import { callProvider } from '../../calls/call-provider.ts';
import { maskVerdict, wordsOf } from '../../connections/problems.ts';
import { providerOf, useConnection } from '../../connections/use-connection.ts';
import type { Context } from '../../context.ts';
import type { UsableConnection } from '../../usable-connection.ts';
import type { SourceConfig } from '../config/schemas.ts';
import { SourceFailure } from '../failure.ts';
import type { Page } from './page.ts';
import { ownColumns, recordPages, usualFields } from './record-pages.ts';

type Config = Extract<SourceConfig, { connection_key?: string | undefined }>;
type ProviderConfig = Exclude<Config, { type: 'csv' | 'json_url' }>;

const pageMs = 60_000;

/** Reads a page of a provider's records, through the named connection, with up to half of the account's rate. */
export async function readRecordsPage(
  ctx: Context,
  organizationId: bigint,
  config: ProviderConfig,
  o: { cursor: JsonObject | null; upper: Date; row: number; columns: readonly string[] },
): Promise<Page> {
  const provider = config.type === 'google_sheets' ? 'google_workspace' : config.type;
  const pages = recordPages[config.type];
  const used = await useConnection(ctx, organizationId, { provider, externalKey: config.connection_key ?? 'default' });
  if ('unusable' in used) throw new SourceFailure('connection_unusable', used.unusable);
  const calls = pages({ config: settingsOf(config, o.columns), cursor: o.cursor, upper: o.upper });
  const deadline = new Date(Date.now() + pageMs);
  let { connection } = used;
  for (let step = advance(() => calls.next(), connection); ; ) {
    if (step.done) {
      const { rows, cursor, isLast } = step.value;
      return {
        columns: [...new Set(rows.flatMap(Object.keys))],
        rows: rows.map((cells, index) => ({ row: o.row + index, cells })),
        cursor,
        isLast,
        progress: null,
        warnings: [],
      };
    }
    const called = await callProvider(ctx, connection, step.value, { priority: 'bulk', deadline });
    connection = called.connection;
    if (called.answer === undefined || !isRead(called.verdict)) throw failureOf(called.verdict, connection);
    const { answer } = called;
    step = advance(() => calls.next(answer), connection);
  }
}

/** Returns the settings in the form that the provider's reader expects. */
function settingsOf(config: ProviderConfig, columns: readonly string[]): JsonObject {
  const { type: _, connection_key: __, ...settings } = config;
  const given: JsonObject = JSON.parse(JSON.stringify(settings)); // drops undefined members
  if (config.type === 'google_sheets') return given;
  const member = config.type === 'hubspot' ? 'properties' : 'fields';
  if (Array.isArray(given[member])) return given;
  const named = columns.filter((name) => !ownColumns.has(name));
  return { ...given, [member]: [...(named.length > 0 ? named : (usualFields[config.object] ?? []))] };
}

/** Advances a reader. Converts the reader's refusal of an answer, for example of a missing sheet, to a failure. */
function advance<T>(next: () => T, connection: UsableConnection): T {
  try {
    return next();
  } catch (error) {
    throw error instanceof ActionRefusal ? failureOf(error.verdict, connection) : error;
  }
}

function isRead(verdict: Verdict): boolean {
  return verdict.class === 'ok' || verdict.class === 'done';
}

/**
 * Converts a verdict to a failure. The failure's message is shown, stored and sent to webhooks. Credentials are removed
 * from the message, because providers quote the values that they refuse.
 */
function failureOf(verdict: Verdict, connection: UsableConnection): SourceFailure {
  const { name } = providerOf(connection);
  if (!('problem' in verdict)) return new SourceFailure('internal_error', `${name} gave no answer.`);
  const masked = maskVerdict(providerOf(connection), connection.credentials, verdict);
  const message = `${name} answered: ${wordsOf(masked.problem)}`;
  switch (verdict.class) {
    case 'rate_limited':
    case 'temporary': {
      const passing = verdict.retryAfterMs === undefined ? {} : { retryAfterMs: verdict.retryAfterMs };
      return new SourceFailure('source_unreadable', message, { passing });
    }
    case 'unknown': // a repeated read changes nothing
      return new SourceFailure('source_unreadable', message, { passing: {} });
    case 'credentials':
    case 'permission':
    case 'operator':
      return new SourceFailure('connection_unusable', message);
    default:
      return new SourceFailure('source_unreadable', message);
  }
}
