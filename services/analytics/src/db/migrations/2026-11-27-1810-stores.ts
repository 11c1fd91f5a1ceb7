import { type Kysely, sql } from 'kysely';

/** Files of reports in object storage, too: `store` says where a file is, and `upload_id` names what a process left there that died. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table report_files
      add column store text not null default 'folder',
      add column upload_id text,
      add constraint report_files_store_check check (store in ('folder', 's3'))`.execute(db);
}
