import { readFileSync } from 'node:fs';
import type { ProviderKey } from '@drippulse/providers';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { default as addFormats } from 'ajv-formats';

/** The members of an OpenAPI 3.1 document that the tests use. */
export type Document = {
  servers: readonly ServerObject[];
  paths: Readonly<Record<string, PathItem>>;
  components?: unknown;
};

type ServerObject = { url: string; variables?: Readonly<Record<string, { default: string }>> };

/** The operations of a path by method, and the servers of the path. */
type PathItem = { servers?: readonly ServerObject[] } & { [M in Method]?: OperationObject };

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;
type Method = (typeof methods)[number];

export type OperationObject = {
  servers?: readonly ServerObject[];
  security?: readonly unknown[];
  'x-action'?: string;
  parameters?: readonly ParameterObject[];
  requestBody?: { required?: boolean; content: Readonly<Record<string, unknown>> };
  responses: Readonly<Record<string, { content?: Readonly<Record<string, unknown>> }>>;
};

export type ParameterObject = {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  schema: { type?: string };
};

/** An operation of a description, and how to recognize its requests. */
export type Operation = {
  /** Method and path of the description, such as `POST /chat.postMessage`. */
  name: string;
  method: string;
  /** Hosts of the operation's servers. The list is empty if the name of the host depends on the customer's account. */
  hosts: readonly string[];
  /** Pattern of the path from the root of the host, with a group for each parameter. */
  pattern: RegExp;
  parameters: readonly string[];
  /** Whether the operation can be called without a token. */
  isOpen: boolean;
  /** JSON Pointer to the operation in the description. */
  pointer: string;
  definition: OperationObject;
};

/**
 * The description of a provider. Each validator is compiled on first use, because compiling all of them takes seconds.
 */
export type Description = {
  operations: readonly Operation[];
  components: unknown;
  /**
   * Returns the validator at a JSON Pointer. A lenient validator reads numbers and booleans from strings, as in forms.
   */
  validator(pointer: string, kind: 'exact' | 'lenient'): ValidateFunction;
};

const loaded = new Map<ProviderKey, Description>();

export function descriptionOf(key: ProviderKey): Description {
  const known = loaded.get(key);
  if (known !== undefined) return known;
  const text = readFileSync(new URL(`../../descriptions/${key}.json`, import.meta.url), 'utf8');
  // The file is committed in this package, so its form is known.
  const description = toDescription(JSON.parse(text) as Document);
  loaded.set(key, description);
  return description;
}

function toDescription(document: Document): Description {
  const exact = makeAjv(document, false);
  const lenient = makeAjv(document, true);
  const compiled = new Map<string, ValidateFunction>();
  return {
    operations: operationsOf(document),
    components: document.components,
    validator(pointer, kind) {
      const known = compiled.get(`${kind} ${pointer}`);
      if (known !== undefined) return known;
      const made = (kind === 'exact' ? exact : lenient).compile({ $ref: `description#${pointer}` });
      compiled.set(`${kind} ${pointer}`, made);
      return made;
    },
  };
}

/**
 * Creates the compiler of validators. Its optimization is turned off, because in a test it would take longer than it
 * saves.
 */
function makeAjv({ paths, components }: Document, coerceTypes: boolean) {
  const ajv = new Ajv2020({ strict: false, logger: false, coerceTypes, code: { optimize: false } });
  addFormats.default(ajv);
  return ajv.addSchema({ $id: 'description', paths, components });
}

/**
 * Returns the operations. An operation with fewer parameters comes first, so that `/users/me` precedes `/users/{id}`.
 */
function operationsOf(document: Document): Operation[] {
  return Object.entries(document.paths)
    .flatMap(([path, item]) =>
      methods.flatMap((method) => {
        const definition = item[method];
        return definition === undefined ? [] : [toOperation(document, path, { item, method, definition })];
      }),
    )
    .sort((a, b) => a.parameters.length - b.parameters.length);
}

function toOperation(
  document: Document,
  path: string,
  { item, method, definition }: { item: PathItem; method: Method; definition: OperationObject },
): Operation {
  const servers = definition.servers ?? item.servers ?? document.servers;
  const urls = servers.map(
    ({ url, variables }) => new URL(url.replace(/\{(\w+)\}/g, (_, name: string) => variables?.[name]?.default ?? name)),
  );
  const parameters = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name = '']) => name);
  const full = `${urls[0]?.pathname.replace(/\/$/, '')}${path}`;
  return {
    name: `${method.toUpperCase()} ${path}`,
    method: method.toUpperCase(),
    hosts: servers.some(({ variables }) => variables !== undefined) ? [] : urls.map(({ hostname }) => hostname),
    pattern: new RegExp(
      `^${full
        .split(/\{[^}]+\}/)
        .map(escapePattern)
        .join('([^/]+)')}$`,
    ),
    parameters,
    isOpen: definition.security?.length === 0 || /^(oauth|disconnect)$/.test(definition['x-action'] ?? ''),
    pointer: `/paths/${escapePointer(path)}/${method}`,
    definition,
  };
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Escapes a segment of a JSON Pointer for the fragment of a URI (RFC 6901). */
export function escapePointer(name: string): string {
  return encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'));
}
