import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from '../bench.ts';
import { round } from '../measuring/percentile.ts';
import { startPostgres } from '../start-postgres.ts';
import { type Import, startImport } from './start-import.ts';

const whole = { rows: 100_000, many: 1_000_000 };
const short = { rows: 10_000, many: 30_000 };

/**
 * Measures the import of a CSV file as a data source: its upload, reading, mapping and writing to the CRM. Also
 * measures the memory for a longer file.
 */
export const importing: Bench = async (options) => {
  const { rows, many } = options.short ? short : whole;
  const postgres = await startPostgres();
  const opened: { stop(): Promise<void> }[] = [postgres];
  try {
    const services = await startImport(postgres);
    opened.push(services);
    options.progress(`import: ${rows} rows …`);
    const first = await measure(services, rows, 'first');
    const peakMb = await services.integrations.peakMemoryMb();
    options.progress(`import: ${many} rows …`);
    const second = await measure(services, many, 'second');
    const peakAfterMb = await services.integrations.peakMemoryMb();
    return {
      seconds: round(first.seconds),
      upload_seconds: round(first.uploadSeconds),
      rows_per_second: Math.round(rows / first.seconds),
      many_seconds: round(second.seconds),
      many_rows_per_second: Math.round(many / second.seconds),
      peak_mb: peakMb,
      peak_growth_mb: round(peakAfterMb - peakMb),
      rows,
      many,
    };
  } finally {
    for (const part of opened.reverse()) await part.stop();
  }
};

/** Measures from the first byte of the upload to the end of the run. */
async function measure({ api, base, apiKey }: Import, rows: number, name: string) {
  const source = await api('POST', '/data_sources', {
    name,
    type: 'csv',
    target: 'contacts',
    mapping: [
      { from: 'Id', to: 'external_id' },
      { from: 'E-mail', to: 'email', transform: 'lower' },
      { from: 'Name', to: 'first_name', transform: 'split_name' },
      { from: 'Name', to: 'last_name', transform: 'split_name' },
      { from: 'Phone', to: 'phone' },
    ],
  });
  const startedAt = performance.now();
  const answer = await fetch(`${base}/data_sources/${source.id}/file`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'text/csv' },
    body: ReadableStream.from(piecesOf(rows, name)),
    duplex: 'half',
  } as RequestInit);
  if (!answer.ok) throw new Error(await answer.text());
  const uploadSeconds = (performance.now() - startedAt) / 1000;
  const { id } = await api('POST', '/data_source_runs', { data_source_id: source.id });
  for (;;) {
    const run = await api('GET', `/data_source_runs/${id}`);
    if (run.finished_at !== null) {
      const { counts, status } = run;
      if (status !== 'completed' || counts.created !== rows)
        throw new Error(`not all were written: ${JSON.stringify(run)}`);
      return { seconds: (performance.now() - startedAt) / 1000, uploadSeconds };
    }
    await sleep(100);
  }
}

function* piecesOf(rows: number, name: string): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  yield encoder.encode('Id,E-mail,Name,Phone\r\n');
  for (let start = 0; start < rows; start += 1000) {
    const lines = Array.from({ length: Math.min(1000, rows - start) }, (_, index) => {
      const n = start + index;
      return `${name}-${n},${name}${n}@import.example.com,First${n % 500} Last${n % 3000},+49 30 ${n}\r\n`;
    });
    yield encoder.encode(lines.join(''));
  }
}
