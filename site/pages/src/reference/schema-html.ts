import { renderText } from '../markdown/render.ts';
import { escapeHtml } from '../page/escape-html.ts';
import { membersOf, type OpenApi, type Schema, schemaName, wholeSchema, withoutNull } from './openapi.ts';
import { typeOf } from './schema-type.ts';

/**
 * Depth to which members are shown in place. Deeper members, and members of named schemas, are shown only behind a
 * link.
 */
const deepest = 3;

type Member = { name: string; schema: Schema; isRequired: boolean; description?: string | undefined };

/** Renders the type of a schema in words, with links for named schemas. */
export function typeHtml(schema: Schema): string {
  return typeOf(schema, (name) => `<a href="/docs/api/schemas.html#${name}">${escapeHtml(name)}</a>`);
}

/**
 * Renders the members of an object as a list. Returns an empty string if the schema names no members. Required members
 * are marked only in requests.
 */
export function membersHtml(document: OpenApi, schema: Schema, direction: 'request' | 'answer', depth = 0): string {
  const members = membersOf(document, schema).map((member) => ({
    ...member,
    isRequired: direction === 'request' && member.isRequired,
  }));
  return memberList(document, members, direction, depth);
}

/** Renders the members of an object, or parameters, as a list. */
export function memberList(
  document: OpenApi,
  members: readonly Member[],
  direction: 'request' | 'answer',
  depth = 0,
): string {
  if (members.length === 0) return '';
  const items = members.map(({ name, schema, isRequired, description = schema.description ?? '' }) => {
    const { schema: inner } = withoutNull(schema);
    const item = inner.items === undefined ? inner : withoutNull(inner.items).schema;
    const isShown = depth < deepest && schemaName(inner) === undefined && schemaName(item) === undefined;
    const nested = isShown ? membersHtml(document, item, direction, depth + 1) : '';
    const required = isRequired ? ' <span class="required">required</span>' : '';
    return `<div><dt><code>${escapeHtml(name)}</code> <span class="type">${typeHtml(schema)}</span>${required}</dt>
<dd>${renderText(description)}${factsHtml(wholeSchema(document, inner), wholeSchema(document, item))}${nested}</dd></div>`;
  });
  return `<dl class="members">\n${items.join('\n')}\n</dl>\n`;
}

/** Renders allowed values and bounds. */
function factsHtml(schema: Schema, item: Schema): string {
  const values = schema.enum ?? item.enum;
  const facts = [
    ...(values === undefined ? [] : [`One of ${values.map((value) => code(value)).join(' ')}`]),
    ...(schema.default === undefined ? [] : [`Default ${code(schema.default)}`]),
    ...bounds(schema.minimum, schema.maximum, ''),
    ...bounds(schema.minLength, schema.maxLength, ' characters'),
    ...bounds(schema.minItems, schema.maxItems, ' items'),
  ];
  return facts.length === 0 ? '' : `<p class="facts">${facts.join('. ')}.</p>`;
}

function code(value: unknown): string {
  return `<code>${escapeHtml(typeof value === 'string' ? value : JSON.stringify(value))}</code>`;
}

function bounds(least: number | undefined, most: number | undefined, unit: string): string[] {
  const end = most === Number.MAX_SAFE_INTEGER ? undefined : most;
  if (least !== undefined && end !== undefined) return [`${least} to ${end}${unit}`];
  if (least !== undefined) return [`At least ${least}${unit}`];
  return end === undefined ? [] : [`At most ${end}${unit}`];
}
