import type { Work } from './work.ts';

const rows = 500;

/**
 * Dry runs of an upload, as a form makes them. No two uploads contain the same row, because an upload ends with 503 if
 * another upload has the same record.
 */
export const uploads: Work = {
  kind: 'uploads',
  everyMs: 1_000,
  async prepare(base, token) {
    return async (turn) => {
      const lines = Array.from({ length: rows }, (_, index) => `upload${turn}-${index}@example.com,Quiet`);
      const form = new FormData();
      form.set('file', new Blob([`email,last_name\n${lines.join('\n')}\n`], { type: 'text/csv' }), 'leads.csv');
      const path = '/crm/leads/import_csv?dry_run=true';
      const answer = await fetch(base + path, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
        body: form,
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`POST ${path} answered ${answer.status}: ${text}`);
    };
  },
};
