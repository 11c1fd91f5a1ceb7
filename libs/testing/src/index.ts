export { eventually } from './eventually.ts';
export { createTestDatabase, type TestDatabase } from './test-database.ts';
export { type TestPostgres, testPostgres } from './test-postgres.ts';
