import type { DescService } from '@bufbuild/protobuf';
import { idempotencyKeyPattern, type Route, routesOf } from '@drippulse/gateway/routes';
import type { PublicApi } from '../api/public-api.ts';
import { type CommentOf, readComments } from './comments.ts';
import { collectSchemas } from './components.ts';
import { collectErrorResponses, errorCodeSchema, problemSchema } from './error-responses.ts';
import { eventOperations, eventsTag } from './event-operations.ts';
import { healthOperation, healthSchema, healthStatusSchema } from './health-operation.ts';
import { operationOf } from './operation.ts';
import { filesOf, operationsOf } from './operations.ts';
import { headerComponents } from './response-headers.ts';
import { tagParameters } from './validators.ts';
import { violationSchema } from './violation-schema.ts';

const description = `The JSON API of DripPulse.

Send an organization API key or a session token as \`Authorization: Bearer …\`. Lists answer an object with a plural key,
\`total_count\` and \`next_cursor\`; errors have one shape and a stable reason, explained at \`/docs/errors\`. Times are
RFC 3339 in UTC. \`X-Request-Id\` is taken from the request or made, and returned.

Most POST and PATCH routes take an \`Idempotency-Key\` header: for 24 hours, a repeat with the same key and request
gets the first answer, marked \`Idempotent-Replayed: true\`.

Ids are integers, or in the CRM UUIDs beside a \`public_id\` that a record keeps in every installation; routes take both.
New members, codes and values of enums may be added: ignore those that you do not know. What each call can do is in
\`/docs/skills/manifest.json\`: role, effect, test mode, paging.`;

/**
 * Builds the OpenAPI 3.1 document of an API that was built with source info. The same protos always give the same
 * document.
 */
export function buildDocument(api: PublicApi, version: string): Record<string, unknown> {
  const files = filesOf(api);
  const commentOf = readComments(files);
  const schemas = collectSchemas(commentOf, api.schemas);
  schemas.own('Health', healthSchema);
  schemas.own('HealthStatus', healthStatusSchema);
  schemas.own('Problem', problemSchema);
  schemas.own('Violation', violationSchema);
  schemas.own('ErrorCode', errorCodeSchema(api.reasons.map(({ name }) => name)));
  const paths: Record<string, Record<string, unknown>> = {};
  addPath(paths, '/health', 'get', healthOperation);
  const operations = operationsOf(api, files);
  const errors = collectErrorResponses(operations);
  for (const operation of operations) {
    const { template, httpMethod } = operation.route;
    addPath(paths, template, httpMethod.toLowerCase(), operationOf(operation, commentOf, schemas, errors));
  }
  const webhooks = eventOperations(api.events, schemas);
  return {
    openapi: '3.1.0',
    info: { title: 'DripPulse API', version, description },
    servers: [{ url: '/', description: 'This installation.' }],
    tags: [
      ...tagsOf(api.services, commentOf),
      { name: 'Health', description: 'Whether the platform works.' },
      ...(api.events.length > 0 ? [eventsTag] : []),
    ],
    paths,
    webhooks,
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'An organization API key (`adcrm_live_…`, `adcrm_test_…`) or the session token of a user.',
        },
      },
      parameters: { IdempotencyKey: idempotencyKey, Prefer: preferParameter, ...tagParameters },
      headers: headerComponents,
      responses: errors.collected(),
      schemas: schemas.collected(),
    },
  };
}

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  description: 'Makes a retry safe: 1 to 255 visible ASCII characters of your choice, quoted or bare.',
  schema: { type: 'string', pattern: idempotencyKeyPattern.source },
};

/** The header that requests a strict reading of the request. Every route accepts it. */
const preferParameter = {
  name: 'Prefer',
  in: 'header',
  description:
    'Preferences (RFC 7240). `handling=strict` refuses members and parameters that the route does not take with 400 `unknown_member`; by default they are ignored. `respond-async` lets an import answer before it is done.',
  schema: { type: 'string' },
};

function addPath(paths: Record<string, Record<string, unknown>>, path: string, verb: string, operation: unknown) {
  const item = paths[path] ?? {};
  item[verb] = operation;
  paths[path] = item;
}

/** Returns one tag per group, described by the comments of the group's services. */
function tagsOf(services: readonly DescService[], commentOf: CommentOf): { name: string; description: string }[] {
  const descriptions = new Map<string, string[]>();
  for (const service of services) {
    const names = new Set(routesOf(service).map((route: Route) => route.rest.tag));
    const [name] = names;
    if (name === undefined || names.size > 1) throw new Error(`The routes of ${service.typeName} need one tag`);
    descriptions.set(name, [...(descriptions.get(name) ?? []), commentOf(service) ?? name]);
  }
  return [...descriptions].map(([name, texts]) => ({ name, description: texts.join(' ') }));
}
