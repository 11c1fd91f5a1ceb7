import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

/**
 * Reasons that never appear in a response of the public API. They are for errors between services, at the start of a
 * process, after the client has left, in command-line tools, in import rows, and in failed reports.
 */
const unseen = [
  'cancelled',
  'deletion_started',
  'effect_not_found',
  'effect_taken_over',
  'event_too_large',
  'invalid_body',
  'invalid_result',
  'organization_deleted',
  'organization_table_not_found',
  'record_deleted',
  'schema_too_new',
  'service_required',
  'too_large',
  'too_many_ids',
  'too_many_projects',
  'user_not_found',
];

test('every reason that the code can answer with is on the page of errors', () => {
  const root = new URL('../../../', import.meta.url);
  const files = ['libs', 'services'].flatMap((folder) =>
    globSync(`${folder}/*/src/**/*.ts`, { cwd: fileURLToPath(root) }).filter((file) => !file.endsWith('.test.ts')),
  );
  const sources = files.map((file) => readFileSync(new URL(file, root), 'utf8'));
  const thrown = sources.flatMap((text) =>
    [...text.matchAll(/new DomainError\(\s*'[a-z_]+',\s*'([a-z_]+)'/g)].map(([, reason = '']) => reason),
  );
  expect(thrown.length).toBeGreaterThan(50);
  const page = readFileSync(new URL('site/static/docs/errors.html', root), 'utf8');
  const unexplained = thrown.filter((reason) => !unseen.includes(reason) && !page.includes(`id="${reason}"`));
  expect([...new Set(unexplained)]).toEqual([]);
});
