import { escapeHtml } from '../page/escape-html.ts';
import { addressOf, type Heading } from '../page/page.ts';
import { membersOf, type OpenApi, type Schema } from './openapi.ts';
import { membersMarkdown } from './operation-markdown.ts';
import type { Area, Operation } from './operations.ts';
import { membersHtml } from './schema-html.ts';

const heading: Heading = {
  level: 2,
  id: 'workflow-enrollments-visibility',
  text: 'Enrollment list, step funnel and detail',
};
const list = '/api/v1/workflows/{workflow_id}/enrollments';
const introduction =
  'The list and the detail of enrollments are the way to watch a workflow: who is where, what waits, what failed and what was sent.';

/**
 * Returns the section about the fields in the list and the detail of enrollments. The product's documentation links to
 * this section.
 */
export function enrollmentVisibility(
  document: OpenApi,
  areas: readonly Area[],
): { heading: Heading; html: string; markdown: string } | undefined {
  const operations = areas.flatMap((area) => area.operations).filter(({ method }) => method === 'GET');
  const tables = [
    { operation: operations.find(({ path }) => path === list), members: ['enrollments', 'step_funnel'] },
    { operation: operations.find(({ path }) => path === `${list}/{id}`), members: [] },
  ].flatMap(({ operation, members }) => (operation === undefined ? [] : tablesOf(document, operation, members)));
  if (tables.length === 0) return undefined;
  return {
    heading,
    html: `<h2 id="${heading.id}"><a class="heading" href="#${heading.id}">${heading.text}</a></h2>
<p>${introduction}</p>
${tables.map(({ title, link, schema }) => `<h3>${title} <a class="type" href="${link}">the operation</a></h3>\n${membersHtml(document, schema, 'answer')}`).join('\n')}`,
    markdown: [
      `## ${heading.text}`,
      introduction,
      ...tables.map(({ title, schema }) => `### ${title}\n\n${membersMarkdown(document, schema, 'answer')}`),
    ].join('\n\n'),
  };
}

/**
 * Returns tables for the response of an operation, and for those members of the response that have members themselves.
 */
function tablesOf(document: OpenApi, operation: Operation, inside: readonly string[]) {
  const schema = operation.answers.find(({ status }) => status === '200')?.media.schema;
  if (schema === undefined) return [];
  const link = `${addressOf(operation.page)}#${escapeHtml(operation.id)}`;
  const call = `<code>${operation.method} ${escapeHtml(operation.path.replace('/api/v1', ''))}</code>`;
  const members = membersOf(document, schema).filter(({ name }) => inside.includes(name));
  return [
    { title: call, link, schema },
    ...members.map((member) => ({ title: `<code>${member.name}</code>`, link, schema: elementOf(member.schema) })),
  ];
}

function elementOf(schema: Schema): Schema {
  return schema.items ?? schema;
}
