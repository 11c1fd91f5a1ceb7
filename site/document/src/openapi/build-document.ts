import type { DescFile, DescService } from '@bufbuild/protobuf';
import { idempotencyKeyPattern, type Route, routesOf } from '@drippulse/gateway/routes';
import type { NamedSchema } from '@drippulse/proto/drippulse/rest/v1/rest_pb';
import { type CommentOf, readComments } from './comments.ts';
import { collectSchemas } from './components.ts';
import { errorResponseComponents, problemSchema } from './error-responses.ts';
import { healthOperation, healthSchema } from './health-operation.ts';
import { operationOf } from './operation.ts';

const description = `The JSON API of DripPulse.

Send an organization API key or a session token as \`Authorization: Bearer …\`. Lists answer an object with a plural key,
\`total_count\` and \`next_cursor\`; errors have one shape and a stable reason, explained at \`/docs/errors\`. Times are
RFC 3339 in UTC. \`X-Request-Id\` is taken from the request or made, and returned.

Most POST and PATCH routes take an \`Idempotency-Key\` header: for 24 hours, a repeat with the same key and request
gets the first answer, marked \`Idempotent-Replayed: true\`.`;

/** Builds the OpenAPI 3.1 document of services that were built with source info. The same protos give the same text. */
export function buildDocument(
  services: readonly DescService[],
  namedSchemas: readonly NamedSchema[],
): Record<string, unknown> {
  const commentOf = readComments(filesOf(services));
  const schemas = collectSchemas(commentOf, namedSchemas);
  const paths: Record<string, Record<string, unknown>> = {};
  addPath(paths, '/health', 'get', healthOperation('getHealth'));
  addPath(paths, '/api/v1/health', 'get', healthOperation('getApiHealth'));
  for (const service of services) {
    const aliases = new Map<string, number>();
    for (const route of routesOf(service)) {
      const alias = aliases.get(route.method.name) ?? 0;
      aliases.set(route.method.name, alias + 1);
      const operation = operationOf(route, alias, commentOf, schemas);
      addPath(paths, route.template, route.httpMethod.toLowerCase(), operation);
    }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'DripPulse API', version: '1', description },
    servers: [{ url: '/', description: 'This installation.' }],
    tags: [...tagsOf(services, commentOf), { name: 'Health', description: 'Whether the platform works.' }],
    paths,
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'An organization API key (`adcrm_live_…`, `adcrm_test_…`) or the session token of a user.',
        },
      },
      parameters: { IdempotencyKey: idempotencyKey },
      headers,
      responses: errorResponseComponents,
      schemas: { Health: healthSchema, Problem: problemSchema, ...schemas.collected() },
    },
  };
}

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  description: 'Makes a retry safe: 1 to 255 visible ASCII characters of your choice, quoted or bare.',
  schema: { type: 'string', pattern: idempotencyKeyPattern.source },
};

const headers = {
  Location: { description: 'Path of what was created.', schema: { type: 'string' } },
  RequestId: { description: 'Name of the request, in logs too.', schema: { type: 'string' } },
  RetryAfter: { description: 'Seconds to wait before a repeat.', schema: { type: 'integer' } },
};

function addPath(paths: Record<string, Record<string, unknown>>, path: string, verb: string, operation: unknown) {
  const item = paths[path] ?? {};
  item[verb] = operation;
  paths[path] = item;
}

function filesOf(services: readonly DescService[]): Set<DescFile> {
  const files = new Set<DescFile>();
  const visit = (file: DescFile) => {
    if (files.has(file)) return;
    files.add(file);
    for (const dependency of file.dependencies) visit(dependency);
  };
  for (const service of services) visit(service.file);
  return files;
}

/** A tag for each service, described by the service's comment. */
function tagsOf(services: readonly DescService[], commentOf: CommentOf): { name: string; description: string }[] {
  return services.map((service) => {
    const names = new Set(routesOf(service).map((route: Route) => route.rest.tag));
    const [name] = names;
    if (name === undefined || names.size > 1) throw new Error(`The routes of ${service.typeName} need one tag`);
    return { name, description: commentOf(service) ?? name };
  });
}
