import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The committed OpenAPI document, and what these tests read of it. */
export const documentFile = fileURLToPath(
  new URL('../../../site/static/docs/skills/drippulse-openapi-v1.json', import.meta.url),
);

type Parameter = { name?: string; schema?: { minimum?: number } };
type Operation = { responses: Record<string, unknown>; parameters?: Parameter[] };
type Document = { paths: Record<string, Record<string, Operation>> };

const notSetUp = /"(billing|google)_not_configured"/;

/**
 * The document without the answers for "every other status". They stand for faults of HTTP itself and for defects; with
 * them, no status would be undocumented. Keys are revoked by ids that no key has: one of them is that of the caller.
 * What needs a server of others that the platform of the test does not have is left out: it answers 503.
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
