import type { BenchPostgres } from '../start-postgres.ts';

const firstNames = `array['Anna','John','Maria','Johanna','Peter','Mary','James','Sofia','Ahmed','Chen','Linda','Pablo',
  'Ingrid','Olga','Robert','Jean','Fatima','David','Susan','Yuki']`;
const lastNames = `array['Smith','Johnson','Garcia','Müller','Jansen','Tanaka','Rossi','Novak','Silva','Andersson',
  'Kowalski','Dubois','Papadopoulos','Nguyen','Khan','Ivanova','Hernandez','OConnor','Yilmaz','Schneider']`;

/**
 * Fills organization 1 with contacts that have realistic names: twenty first names, and twenty last names with fifty
 * spellings each. Each contact has its own email address and phone number. The index over texts is built at the end,
 * because building it row by row would take most of the time.
 */
export async function fillContacts({ client }: BenchPostgres, count: number): Promise<void> {
  await client.query('set search_path = crm, public');
  const { rows } = await client.query<{ definition: string }>(
    `select pg_get_indexdef('contacts_organization_id_search_idx'::regclass) as definition`,
  );
  await client.query('drop index contacts_organization_id_search_idx');
  await client.query(
    `
    insert into contacts (id, public_id, organization_id, sequence, email, first_name, last_name, title, phone, custom,
      created_at, updated_at)
    select lpad(to_hex(n), 32, '0')::uuid, 'cnt_' || lpad(to_hex(n), 24, '0'), 1, 1,
      lower(first_name) || '.' || n || '@' || 'mail' || n % 500 || '.example.com', first_name, last_name, 'Engineer',
      '+31 6 ' || lpad((n::bigint * 7919 % 100000000)::text, 8, '0'), '{}', at, at
    from (
      select n, (${firstNames})[1 + n % 20] as first_name,
        (${lastNames})[1 + n / 20 % 20] || case when n / 400 % 50 = 0 then '' else chr(97 + n / 400 % 26) || n / 400 % 50 end
          as last_name,
        timestamptz '2026-01-01' + n * interval '1 second' as at
      from generate_series(1, $1::integer) as n
    ) as person`,
    [count],
  );
  await client.query(`set maintenance_work_mem = '256MB'`);
  await client.query(rows[0]?.definition ?? '');
  await client.query('vacuum analyze contacts');
}
