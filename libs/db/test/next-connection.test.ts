import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { freePort } from '@drippulse/servers';
import { createTestDatabase } from '@drippulse/testing';
import { afterEach, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { connectDatabase } from '../src/index.ts';

const opened: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

/**
 * Opens a route to the server that connections can use until it is closed. After that, new connections are not refused,
 * but get no response.
 */
async function wayTo(url: string) {
  const address = new URL(url);
  const server = { host: address.hostname, port: Number(address.port) };
  const sockets = new Set<Socket>();
  let isOpen = true;
  const proxy = createServer((client) => {
    const ends = isOpen ? [client, connect(server)] : [client];
    for (const [index, end] of ends.entries()) {
      sockets.add(end);
      end.on('error', () => undefined);
      const other = ends[1 - index];
      if (other) end.pipe(other);
    }
  });
  const port = await freePort();
  proxy.listen(port, '127.0.0.1');
  await once(proxy, 'listening');
  opened.push(() => {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });
  address.hostname = '127.0.0.1';
  address.port = String(port);
  return {
    url: String(address),
    close: () => {
      isOpen = false;
    },
  };
}

test('a caller whose new connection does not come takes one that becomes free', async () => {
  const database = await createTestDatabase({ name: 'next' });
  opened.push(() => database.drop());
  const way = await wayTo(database.url);
  const db = connectDatabase({ url: way.url, schema: 'public', service: 'test', log: { warn: () => undefined } });
  opened.push(() => db.close());
  const answer = await db.kysely.transaction().execute(async (trx) => {
    await sql`select 1`.execute(trx);
    way.close();
    return { waiting: sql<{ one: number }>`select 1 as one`.execute(db.kysely) };
  });
  expect((await answer.waiting).rows).toEqual([{ one: 1 }]);
});
