import { addRevision } from '@drippulse/writes';
import { type Kysely, sql } from 'kysely';

/**
 * Accounts of organizations at model providers. `api_key` is sealed by the key in `data_key`, and `shown_key` is the
 * part of it that people see. `prices` is a JSON array in the form of `LLM_PRICES`, without days.
 */
export async function createModelConnections(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table model_connections (
      organization_id bigint primary key,
      protocol text not null,
      base_url text not null,
      api_key bytea not null,
      data_key bytea not null,
      shown_key text not null,
      model text not null,
      prices text not null,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      constraint model_connections_protocol_check check (protocol in ('openai', 'anthropic'))
    )`.execute(db);
  await addRevision(db, 'model_connections');
}
