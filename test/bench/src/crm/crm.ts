import type { Bench, Figures } from '../bench.ts';
import { percentile, round } from '../measuring/percentile.ts';
import type { Api } from '../services/api.ts';
import { type BenchPostgres, startPostgres } from '../start-postgres.ts';
import { fillContacts } from './fill-contacts.ts';
import { type Crm, startCrm } from './start-crm.ts';

const whole = { contacts: 1_000_000, rounds: 40, naiveRounds: 2, imported: 100_000 };
const short = { contacts: 20_000, rounds: 5, naiveRounds: 1, imported: 2_000 };

/**
 * Texts that people type: whole words and halves of words. Some of them are in few records, some in all records, and
 * some in no record.
 */
const terms = {
  rare_address: 'anna.4720@',
  rare_phone: '37400',
  rare_name: 'Jansena26',
  common_name: 'smith',
  common_half: 'joh',
  all: 'example.com',
  short: 'jo',
  letter: 'a',
  misspelt: 'jonhson',
  misspelt_common: 'exampel',
  two_words: 'anna jansen',
  public_id: 'cnt_0000',
} as const;

/** Measures searches over the contacts of one organization, and the upload of a file, both through REST. */
export const crm: Bench = async (options) => {
  const { contacts, rounds, naiveRounds, imported } = options.short ? short : whole;
  const postgres = await startPostgres();
  const opened: { stop(): Promise<void> }[] = [postgres];
  try {
    const services = await startCrm(postgres);
    opened.push(services);
    options.progress(`crm: filling ${contacts} contacts …`);
    await fillContacts(postgres, contacts);
    options.progress('crm: searching …');
    const times = await measure(services.api, rounds);
    const naive = await measureNaive(postgres, naiveRounds);
    const p95Ms = percentile(Object.values(times).flat(), 0.95);
    const naiveP95Ms = percentile(naive, 0.95);
    options.progress(`crm: uploading ${imported} contacts …`);
    return {
      search_p95_ms: round(p95Ms),
      search_p50_ms: round(percentile(Object.values(times).flat(), 0.5)),
      naive_p95_ms: round(naiveP95Ms),
      ratio_naive: round(naiveP95Ms / p95Ms),
      ...Object.fromEntries(
        Object.entries(times).map(([name, all]) => [`${name}_p95_ms`, round(percentile(all, 0.95))]),
      ),
      ...(await measureImport(services, postgres, imported)),
      contacts,
    };
  } finally {
    for (const part of opened.reverse()) await part.stop();
  }
};

/** Searches for the terms in turn, so that the cache never contains the pages of one term only. */
async function measure(api: Api, rounds: number): Promise<Record<string, number[]>> {
  const times: Record<string, number[]> = Object.fromEntries(Object.keys(terms).map((name) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, term] of Object.entries(terms)) {
      const startedAt = performance.now();
      const answer = await api('GET', `/crm/contacts?q=${encodeURIComponent(term)}`);
      const isFound = !name.startsWith('misspelt');
      if (answer.contacts.length > 0 !== isFound) throw new Error(`${answer.contacts.length} contacts match ${term}`);
      // The first round is not measured, because it compiles code and opens connections.
      if (round > 0) times[name]?.push(performance.now() - startedAt);
    }
  }
  return times;
}

/** Measures a naive search: a page of the matches, and their number. */
async function measureNaive({ client }: BenchPostgres, rounds: number): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const term of Object.values(terms)) {
      const startedAt = performance.now();
      const matching = `from contacts where organization_id = 1 and deleted_at is null
        and (email ilike $1 or first_name ilike $1 or last_name ilike $1 or phone ilike $1 or public_id ilike $1)`;
      await client.query(`select * ${matching} order by created_at desc, id desc limit 100`, [`%${term}%`]);
      await client.query(`select count(*) ${matching}`, [`%${term}%`]);
      times.push(performance.now() - startedAt);
    }
  }
  return times;
}

/**
 * Measures one upload of new people into an organization with existing contacts. The file is sent in pieces, as a
 * browser sends it.
 */
async function measureImport(
  { crm, gateway, base, apiKey }: Crm,
  postgres: BenchPostgres,
  rows: number,
): Promise<Figures> {
  const cpuBefore = [await crm.cpuSeconds(), await postgres.cpuSeconds()];
  const beforeMb = await crm.peakMemoryMb();
  const startedAt = performance.now();
  const answer = await fetch(`${base}/crm/contacts/import_csv`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'text/csv' },
    body: ReadableStream.from(piecesOf(rows)),
    duplex: 'half',
  } as RequestInit);
  const text = await answer.text();
  const seconds = (performance.now() - startedAt) / 1000;
  const { created, failed } = JSON.parse(text);
  if (created !== rows || failed !== 0) throw new Error(`not all were imported: ${text.slice(0, 500)}`);
  const micros = (after: number, before = 0) => round(((after - before) / rows) * 1e6);
  return {
    import_rows_per_second: Math.round(rows / seconds),
    import_seconds: round(seconds),
    import_peak_mb: await crm.peakMemoryMb(),
    peak_before_import_mb: beforeMb,
    gateway_peak_mb: await gateway.peakMemoryMb(),
    crm_cpu_us_per_row: micros(await crm.cpuSeconds(), cpuBefore[0]),
    database_cpu_us_per_row: micros(await postgres.cpuSeconds(), cpuBefore[1]),
    imported: rows,
  };
}

function* piecesOf(rows: number): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  yield encoder.encode('email,first_name,last_name,title,phone,external_system,external_id\r\n');
  for (let start = 0; start < rows; start += 1000) {
    const lines = Array.from({ length: Math.min(1000, rows - start) }, (_, index) => lineOf(start + index));
    yield encoder.encode(lines.join(''));
  }
}

function lineOf(n: number): string {
  return `new${n}@import.example.com,First${n % 500},Last${n % 3000},Buyer,+49 30 ${n},their-crm,id-${n}\r\n`;
}
