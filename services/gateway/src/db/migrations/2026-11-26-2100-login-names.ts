import { type Kysely, sql, type Transaction } from 'kysely';
import { usernameKey } from '../../usernames/username-key.ts';

/** Names get the key that logins look up, and a login remembers the network that it came from. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table users add column username_key text`.execute(db);
  await fillKeys(db);
  // For inserts of the version before, which knows no key. It is the key of every name in ASCII.
  await sql`
    create function set_username_key() returns trigger language plpgsql as $$
    begin
      new.username_key := coalesce(new.username_key, lower(new.username));
      return new;
    end $$`.execute(db);
  await sql`
    create trigger users_set_username_key before insert on users
    for each row execute function set_username_key()`.execute(db);
  await sql`alter table users alter column username_key set not null`.execute(db);
  // Not led by the organization: a login names no organization.
  await sql`create unique index users_username_key_key on users (username_key)`.execute(db);
  await sql`
    create table login_networks (
      user_id bigint not null references users (id) on delete cascade,
      -- An IPv4 address or the /64 of an IPv6 address.
      network text not null,
      last_login_at timestamptz not null,
      primary key (user_id, network)
    )`.execute(db);
  await sql`create index login_networks_last_login_at_idx on login_networks (last_login_at)`.execute(db);
}

type Row = { id: bigint; username: string };

/**
 * The oldest user of several whose names look alike keeps the name. The key of the others begins with a space, as that of no
 * name does: they cannot log in until an administrator gives them another name.
 */
async function fillKeys(db: Kysely<unknown> | Transaction<unknown>): Promise<void> {
  const taken = new Set<string>();
  for (let after = 0n; ; ) {
    const { rows } = await sql<Row>`
      select id, username from users where id > ${after} order by id limit 1000`.execute(db);
    const keys = rows.map(({ id, username }) => {
      const key = usernameKey(username);
      const own = key === '' || taken.has(key) ? ` ${id} ${key}` : key;
      taken.add(own);
      return own;
    });
    await sql`
      update users set username_key = filled.key
      from unnest(${rows.map(({ id }) => id)}::bigint[], ${keys}::text[]) as filled (id, key)
      where users.id = filled.id`.execute(db);
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.id;
  }
}
