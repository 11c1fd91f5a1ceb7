import { sql } from 'kysely';
import type { Context } from '../context.ts';
import type { StoreName } from '../stores/store.ts';
import { nameOf } from './artifact.ts';

type FileRow = {
  organization_id: bigint;
  report_id: bigint;
  fence: bigint;
  store: StoreName;
  upload_id: string | null;
};

/** Age at which a file without a report is deleted. A process may still be writing a younger file. */
const untouchedHours = 24;

/**
 * Deletes pieces and files of attempts whose process died, and files of deleted reports. Deletes a file before its row.
 */
export async function forgetArtifacts({ db, stores }: Pick<Context, 'db' | 'stores'>): Promise<void> {
  await sql`
    delete from report_chunks using reports
    where reports.id = report_chunks.report_id and reports.status in ('ready', 'failed')
      and reports.fence is distinct from report_chunks.fence
      and reports.finished_at < clock_timestamp() - make_interval(hours => ${untouchedHours})`.execute(db.kysely);
  const { rows } = await sql<FileRow>`
    select organization_id, report_id, fence, store, upload_id from report_files
    where created_at < clock_timestamp() - make_interval(hours => ${untouchedHours}) and not exists (
      select from reports where reports.id = report_files.report_id and reports.fence = report_files.fence)`.execute(
    db.kysely,
  );
  for (const { organization_id: organizationId, report_id: reportId, fence, store, upload_id: upload } of rows) {
    // A file in a store that is no longer configured stays, and its row still names the store.
    const found = stores.find(({ name }) => name === store);
    if (found === undefined) continue;
    await found.remove(nameOf({ organizationId, reportId, fence }), upload ?? undefined);
    await db.kysely
      .deleteFrom('report_files')
      .where('organization_id', '=', organizationId)
      .where('report_id', '=', reportId)
      .where('fence', '=', fence)
      .execute();
  }
}
