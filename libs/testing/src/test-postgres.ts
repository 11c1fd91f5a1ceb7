/** A PostgreSQL server for tests; `url` names its superuser. */
export type TestPostgres = { url: string; stop(): Promise<void> };

/** The server of `TEST_DATABASE_URL`. */
export async function testPostgres(): Promise<TestPostgres> {
  const given = process.env['TEST_DATABASE_URL'];
  if (given) return { url: given, stop: async () => undefined };
  throw new Error('TEST_DATABASE_URL is not set');
}
