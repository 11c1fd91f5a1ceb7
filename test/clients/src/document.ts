import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The committed OpenAPI document, with the members that these tests read. */
export const documentFile = fileURLToPath(
  new URL('../../../site/static/docs/skills/drippulse-openapi-v1.json', import.meta.url),
);

type Parameter = { name?: string; schema?: { minimum?: number } };
type Operation = { responses: Record<string, unknown>; parameters?: Parameter[] };
type Document = { paths: Record<string, Record<string, Operation>> };

const notSetUp = /"(billing|google)_not_configured"/;

/**
 * Returns the document without the responses for "every other status". These responses are for faults of HTTP itself
 * and for defects, and would make every status a documented one. Ids of keys to revoke are replaced by ids that no key
 * has, because one of the keys is the caller's. Operations that need a third-party server are left out, because the
 * test's platform has none and responds to them with 503.
 */
export function strictDocument(): Document {
  const document: Document = JSON.parse(readFileSync(documentFile, 'utf8'));
  for (const operation of Object.values(document.paths).flatMap((item) => Object.values(item))) {
    delete operation.responses['default'];
  }
  for (const [path, item] of Object.entries(document.paths)) {
    for (const [method, { responses }] of Object.entries(item)) {
      const asksProvider = path.startsWith('/auth/sso/{slug}');
      if (asksProvider || notSetUp.test(JSON.stringify(responses['503'] ?? {}))) delete item[method];
    }
  }
  for (const { name, schema } of document.paths['/api/v1/api_keys/{id}/revoke']?.['delete']?.parameters ?? []) {
    if (name === 'id' && schema !== undefined) schema.minimum = 1_000_000;
  }
  return document;
}
