export { eventually } from './eventually.ts';
export { type Answer, type Answerer, type ReceivedRequest, type Receiver, startReceiver } from './receiver.ts';
export { createTestDatabase, type TestDatabase } from './test-database.ts';
export { type TestPostgres, testPostgres } from './test-postgres.ts';
