import { createSlugs } from '../markdown/slugs.ts';
import {
  deref,
  type Media,
  type OpenApi,
  type RawOperation,
  type RawParameter,
  type Schema,
  wholeSchema,
} from './openapi.ts';

/** An operation as the reference shows it. */
export type Operation = {
  /** The `operationId`, which is also the id of the operation's section. */
  id: string;
  /** Page of the operation's tag, such as `api/webhooks`. */
  page: string;
  method: string;
  path: string;
  summary: string;
  /** Markdown, without the repeated summary and without the sentences of `access`. */
  description: string;
  isDeprecated: boolean;
  /** Facts about the permitted callers, each with a name. */
  access: [name: string, text: string][];
  parameters: RawParameter[];
  body: { isRequired: boolean; description: string; type: string; media: Media } | undefined;
  answers: Answer[];
};

export type Answer = { status: string; description: string; type: string | undefined; media: Media; codes: string[] };

export type Area = { name: string; description: string; page: string; operations: Operation[] };

const methods = ['get', 'post', 'put', 'patch', 'delete'];

/** Effects of calls by `operationId`, from the operations manifest. */
export type Effects = ReadonlyMap<string, string>;

const effectTexts: Readonly<Record<string, string>> = {
  write: 'changes rows of your organization',
  real: 'reaches outside: what it sends or starts cannot be taken back',
  destructive: 'removes what cannot be made again',
};

/** Returns the operations of a document by tag, in the order of the document's tags. */
export function areasOf(document: OpenApi, effects: Effects = new Map()): Area[] {
  const slug = createSlugs();
  const areas = new Map<string, Area>();
  const areaOf = (name: string, description: string): Area => {
    const area = areas.get(name) ?? { name, description, page: `api/${slug(name)}`, operations: [] };
    areas.set(name, area);
    return area;
  };
  for (const { name, description = '' } of document.tags ?? []) areaOf(name, description);
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of methods) {
      const raw = item[method];
      if (raw === undefined) continue;
      const area = areaOf(raw.tags?.[0] ?? 'Other', '');
      const operation = operationOf(document, method, path, area.page, raw);
      const effect = effectTexts[effects.get(operation.id) ?? ''];
      area.operations.push(
        effect === undefined ? operation : { ...operation, access: [...operation.access, ['Effect', effect]] },
      );
    }
  }
  return [...areas.values()].filter(({ operations }) => operations.length > 0);
}

function operationOf(document: OpenApi, method: string, path: string, page: string, raw: RawOperation): Operation {
  const parameters = (raw.parameters ?? []).map((parameter) => deref(document, parameter));
  const summary = raw.summary ?? `${method.toUpperCase()} ${path}`;
  const paragraphs = (raw.description ?? '').split('\n\n').map((paragraph) => paragraph.trim());
  const isAccess = (paragraph: string) => /^Least role:/.test(paragraph);
  return {
    id: raw.operationId ?? `${method}-${path}`,
    page,
    method: method.toUpperCase(),
    path,
    summary,
    description: withoutSummary(paragraphs.filter((text) => !isAccess(text)).join('\n\n'), summary),
    isDeprecated: raw.deprecated === true,
    access: accessOf(raw, paragraphs.find(isAccess), parameters),
    parameters,
    body: bodyOf(document, raw),
    answers: answersOf(document, raw),
  };
}

/** Removes the summary from the beginning of the description, because the reference shows the summary separately. */
function withoutSummary(description: string, summary: string): string {
  return description.startsWith(summary) ? description.slice(summary.length).replace(/^[.:]\s*/, '') : description;
}

function accessOf(raw: RawOperation, paragraph: string | undefined, parameters: RawParameter[]): [string, string][] {
  if (raw.security?.length === 0) return [['Credential', 'none']];
  const [, role, rest = ''] = /^Least role: (`\w+`)\.\s*([\s\S]*)$/.exec(paragraph ?? '') ?? [];
  const isRepeatable = parameters.some(({ name, in: where }) => where === 'header' && /^idempotency-key$/i.test(name));
  const [scope, testKeys, others] = [/^Scope:/, /^Test keys/, /^(?!Scope:|Test keys)./].map((pattern) =>
    rest
      .split(/(?<=\.)\s+/)
      .filter((sentence) => pattern.test(sentence))
      .join(' '),
  );
  const facts: [string, string][] = [
    ['Least role', role ?? 'any'],
    ['Scope', (scope ?? '').replace(/^Scope:\s+/, '').replace(/\.$/, '')],
    ['Repeats', isRepeatable ? 'safe with an `Idempotency-Key`' : ''],
    ['Test keys', (testKeys ?? '').replace(/^Test keys\s+/, '').replace(/\.$/, '')],
    ['Credential', (others ?? '').replace(/\.$/, '')],
  ];
  return facts.filter(([, text]) => text !== '');
}

function bodyOf(document: OpenApi, raw: RawOperation): Operation['body'] {
  if (raw.requestBody === undefined) return undefined;
  const { content = {}, required = false, description = '' } = deref(document, raw.requestBody);
  const [type = '*/*', media = {}] = mainMedia(content);
  return { isRequired: required, description, type: type === '*/*' ? anyType(content) : type, media };
}

/** Returns the media type for a body of any type: a file if forms may upload one, otherwise JSON. */
function anyType(content: Record<string, Media>): string {
  return 'multipart/form-data' in content ? 'application/octet-stream' : 'application/json';
}

function answersOf(document: OpenApi, raw: RawOperation): Answer[] {
  return Object.entries(raw.responses ?? {}).map(([status, response]) => {
    const { description = '', content = {} } = deref(document, response);
    const [type, media = {}] = mainMedia(content);
    const codes = Object.values(content).flatMap(({ schema }) => (schema ? codesOf(document, schema) : []));
    return { status, description, type, media, codes: [...new Set(codes)] };
  });
}

/** Returns JSON if an operation offers it, otherwise the first media type. */
function mainMedia(content: Record<string, Media>): [string, Media] | [] {
  const entries = Object.entries(content);
  return entries.find(([type]) => type.includes('json')) ?? entries[0] ?? [];
}

/** Returns the reasons that the schema of an error lists for its member `error`. */
function codesOf(document: OpenApi, schema: Schema, depth = 0): string[] {
  if (depth > 4) return [];
  const whole = wholeSchema(document, schema);
  const error = wholeSchema(document, whole.properties?.['error'] ?? {});
  const own = [...(error.enum ?? []), error.const].filter((code) => typeof code === 'string');
  const parts = [...(whole.allOf ?? []), ...(whole.anyOf ?? []), ...(whole.oneOf ?? [])];
  return [...own, ...parts.flatMap((part) => codesOf(document, part, depth + 1))];
}
