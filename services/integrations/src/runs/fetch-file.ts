import { keepJob } from '@drippulse/db';
import { DomainError } from '@drippulse/errors';
import type { Context } from '../context.ts';
import type { SourceConfig } from '../sources/config/schemas.ts';
import { unreadable } from '../sources/failure.ts';
import { fetchUrl } from '../sources/readers/fetch-url.ts';
import { storeFile } from '../sources/readers/store-file.ts';
import type { Found, RunPlace } from './run-place.ts';

/** Size limit of a file at a URL. */
export const maxFileBytes = 2 * 1024 * 1024 * 1024;
const timeoutMs = 30 * 60_000;
/** Lease of a slice, which the download of a file renews. */
export const leaseSeconds = 120;

/**
 * Downloads the file of a run before the file is read. A continued reading then reads the same bytes, even if the URL
 * returns different bytes later. If the process dies, the incomplete file is never read, and is deleted.
 */
export async function fetchFile(
  ctx: Context,
  { job, run, progress }: RunPlace,
  config: Extract<SourceConfig, { type: 'csv' }>,
): Promise<Found> {
  const { url, headers = {} } = config;
  if (url === undefined) throw unreadable('There is no file: upload one, or give a url.');
  const owner = { organizationId: run.organization_id, sourceId: run.data_source_id, runId: run.id };
  await ctx.db.kysely
    .deleteFrom('source_files')
    .where('organization_id', '=', owner.organizationId)
    .where('data_source_id', '=', owner.sourceId)
    .where('run_id', '=', run.id)
    .execute();
  try {
    const file = await keepJob(ctx.db.kysely, job, leaseSeconds, async (lost) => {
      const signal = AbortSignal.any([ctx.stopping, lost]);
      const answer = await fetchUrl(ctx.urls, { url, headers, maxBytes: maxFileBytes, timeoutMs, signal });
      return storeFile(ctx.db.kysely, owner, answer.body);
    });
    return { progress: { ...progress, fileId: file.id, tries: 0 } };
  } catch (error) {
    // The download ended because the service is stopping, not because the URL failed. Another process downloads the
    // file again.
    if (ctx.stopping.aborted)
      throw new DomainError('unavailable', 'service_unavailable', 'The process stops.', { cause: error });
    throw error;
  }
}
