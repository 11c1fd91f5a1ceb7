import { addRevision } from '@drippulse/writes';
import { type Kysely, sql } from 'kysely';

/**
 * Creates the table of the organizations' accounts at model providers. `data_key` is the key that seals `api_key`, and
 * is itself stored sealed. `shown_key` is the visible part of `api_key`. `prices` is a JSON array in the form of
 * `LLM_PRICES`, without days.
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
