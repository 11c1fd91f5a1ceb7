import { setTimeout as sleep } from 'node:timers/promises';
import { createApi } from '../../services/api.ts';
import type { Attack, Place, Round } from '../attack.ts';
import { sendCounted } from '../clients/repeat.ts';

const rows = 100_000;
const askEveryMs = 500;

/** A data source that gets a CSV file of 100,000 new rows, imports it, and gets the next file. */
export const importRows: Attack = {
  organizations: 1,
  async prepare(place, [token = '']) {
    const api = createApi(place.base, token);
    const mapping = [
      { from: 'Id', to: 'external_id' },
      { from: 'E-mail', to: 'email', transform: 'lower' },
      { from: 'Name', to: 'last_name' },
    ];
    const source = await api('POST', '/data_sources', { name: 'Loud', type: 'csv', target: 'contacts', mapping });
    let files = 0;
    return async (round) => {
      while (!round.signal.aborted) {
        files += 1;
        const file = { method: 'POST', path: `/data_sources/${source.id}/file`, token, contentType: 'text/csv' };
        await sendCounted(place, { ...file, body: csvOf(files) }, round);
        await runToItsEnd(place, token, source.id, round);
      }
    };
  },
};

async function runToItsEnd(place: Place, token: string, sourceId: number, round: Round): Promise<void> {
  const api = createApi(place.base, token);
  const run = await api('POST', '/data_source_runs', { data_source_id: sourceId }).catch(() => undefined);
  while (run !== undefined && !round.signal.aborted) {
    await sleep(askEveryMs);
    const { finished_at: finishedAt, status } = await api('GET', `/data_source_runs/${run.id}`).catch(() => run);
    if (!finishedAt) continue;
    round.count(`a run ${status}`);
    return;
  }
  // A run that is not cancelled would continue in the next round, in which the quiet work is measured alone.
  if (run !== undefined) await api('POST', `/data_source_runs/${run.id}/cancel`).catch(() => undefined);
}

function csvOf(file: number): string {
  const lines = Array.from(
    { length: rows },
    (_, row) => `${file}-${row},row${row}.${file}@example.com,Last${row % 3_000}`,
  );
  return `Id,E-mail,Name\n${lines.join('\n')}\n`;
}
