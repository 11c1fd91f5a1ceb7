import { type Loop, startLoop } from '@drippulse/loops';
import { sql } from 'kysely';
import { openCredentials } from '../connections/credentials.ts';
import type { ConnectionRow } from '../connections/rows.ts';
import type { Context } from '../context.ts';

const everyMs = 86_400_000;
const listed = 20;

type Sample = Pick<ConnectionRow, 'id' | 'organization_id' | 'credentials' | 'data_key'> & {
  key_id: string;
  count: bigint;
  ids: bigint[];
};

/**
 * Opens one connection for each encryption key, at the start and then once a day, and reports which connections need a
 * key that ENCRYPTION_KEYS lacks. Otherwise an operator would learn of a lost key only from customers, one by one.
 */
export function startCheckKeys(ctx: Context): Loop {
  return startLoop({
    name: 'check keys of connections',
    log: ctx.log,
    maxIdleMs: everyMs,
    async run() {
      for (const { key_id: keyId, count, ids, ...row } of await samples(ctx)) {
        try {
          openCredentials(ctx.sealer, { organizationId: row.organization_id, id: row.id }, row);
        } catch (error) {
          const fields = { err: error, key: keyId, count: String(count), connections: ids.map(String) };
          ctx.log.error(fields, 'connections need a key that ENCRYPTION_KEYS lacks');
        }
      }
      return everyMs;
    },
  });
}

/** Reads one connection for each encryption key. The id of the key follows the version in the wrapped key. */
async function samples({ db }: Context): Promise<Sample[]> {
  const { rows } = await sql<Sample>`
    with keyed as (
      select id, encode(substring(data_key from 2 for 4), 'hex') as key_id,
        row_number() over (partition by substring(data_key from 2 for 4) order by id) as place
      from connections),
    keys as (
      select key_id, min(id) as id, count(*) as count, array_agg(id order by id) filter (where place <= ${listed}) as ids
      from keyed group by key_id)
    select keys.key_id, keys.count, keys.ids, connections.id, organization_id, credentials, data_key
    from keys join connections using (id)`.execute(db.kysely);
  return rows;
}
