// pg-boss inserts rows in several concurrent calls of equal size. Each row is a job whose data is the contact.
import { PgBoss } from 'pg-boss';
import { config, measure } from './peer.mjs';

const queue = 'contacts';
const { databaseUrl, calls, warmUpCalls, rowsOfCall, concurrency } = config;

const boss = new PgBoss({ connectionString: databaseUrl, supervise: false, schedule: false });
boss.on('error', (error) => console.error(error));
await boss.start();
await boss.createQueue(queue);
await insert(warmUpCalls);
await measure(() => insert(calls));

async function insert(count) {
  let left = count;
  const send = async () => {
    for (; left > 0; ) {
      left -= 1;
      await boss.insert(
        queue,
        Array.from({ length: rowsOfCall }, (_, index) => ({ data: contactOf(left, index) })),
      );
    }
  };
  await Promise.all(Array.from({ length: concurrency }, send));
  return { steps: count * rowsOfCall };
}

function contactOf(call, index) {
  const n = call * rowsOfCall + index;
  return {
    lead_ref: `crm-${n}`,
    email: `person${n}@example.com`,
    first_name: `First${n % 500}`,
    last_name: `Last${n % 3000}`,
    score: n % 100,
    company: `Company ${n % 1000}`,
    country: 'NL',
  };
}
