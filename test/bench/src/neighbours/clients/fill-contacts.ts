import { createApi } from '../../services/api.ts';

/** Characters of each contact, in addition to a few hundred. */
const noteLength = 60_000;
/** Number of contacts in one import. Together they have 3 MB, so that the preparation takes little memory. */
const atOnce = 50;

/** Adds contacts of 60 KB: a page of 300 has 18 MB. */
export async function fillContacts({ base }: { base: string }, token: string, count: number): Promise<void> {
  const api = createApi(base, token);
  const custom = { note: 'x'.repeat(noteLength) };
  for (let first = 0; first < count; first += atOnce) {
    const length = Math.min(atOnce, count - first);
    const contacts = Array.from({ length }, (_, index) => ({ email: `large${first + index}@example.com`, custom }));
    const imported = await api('POST', '/crm/import', { contacts });
    if (imported.created !== length) throw new Error(`no ${length} large contacts: ${JSON.stringify(imported)}`);
  }
}
