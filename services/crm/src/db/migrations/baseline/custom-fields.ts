import { addRevision } from '@drippulse/writes';
import { type Kysely, sql } from 'kysely';

export async function createCustomFields(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table custom_fields (
      id bigint generated always as identity,
      organization_id bigint not null,
      record_type text not null,
      key text not null,
      label text not null,
      type text not null
        constraint custom_fields_type_check check (type in ('text', 'number', 'boolean', 'date', 'select')),
      options text[] not null,
      required boolean not null,
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      constraint custom_fields_pkey primary key (id),
      constraint custom_fields_organization_id_record_type_key_key unique (organization_id, record_type, key)
    )`.execute(db);
  await addRevision(db, 'custom_fields');
}
