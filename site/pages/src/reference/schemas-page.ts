import { renderText } from '../markdown/render.ts';
import { codeBlock } from '../page/code-block.ts';
import { escapeHtml } from '../page/escape-html.ts';
import type { Page } from '../page/page.ts';
import { exampleOf } from './example-of.ts';
import type { OpenApi, Schema } from './openapi.ts';
import { membersMarkdown } from './operation-markdown.ts';
import { membersHtml, typeHtml } from './schema-html.ts';

/** Returns the page of all named schemas. */
export function schemasPage(document: OpenApi, place: { section: string; order: number }): Page {
  const schemas = Object.entries(document.components?.['schemas'] ?? {}).map(
    ([name, schema]) => [name, schema as Schema] as const, // every component of this group is a schema
  );
  return {
    path: 'api/schemas',
    title: 'Schemas',
    label: 'Schemas',
    description: 'Every named shape of a request, an answer or an event, with its members.',
    isOptional: true,
    markdown: `${schemas.map(([name, schema]) => schemaMarkdown(document, name, schema)).join('\n\n')}\n`,
    html: schemas.map(([name, schema]) => schemaHtml(document, name, schema)).join('\n'),
    headings: schemas.map(([name]) => ({ level: 2, id: name, text: name })),
    passages: schemas.map(([name, schema]) => ({
      id: name,
      title: name,
      text: [schema.description ?? '', ...Object.keys(schema.properties ?? {})].join(' '),
    })),
    width: 'text',
    ...place,
  };
}

function schemaHtml(document: OpenApi, name: string, schema: Schema): string {
  const members = membersHtml(document, schema, 'answer');
  const values = schema.enum?.map((value) => `<code>${escapeHtml(String(value))}</code>`).join(' ');
  const example = schema.examples?.[0] ?? (schema.enum === undefined ? undefined : exampleOf(document, schema));
  return `<section class="schema">
<h2 id="${name}"><a class="heading" href="#${name}">${name}</a></h2>
${renderText(schema.description ?? '')}${values === undefined ? '' : `<p class="facts">One of ${values}.</p>`}${members === '' && values === undefined ? `<p class="type">${typeHtml(schema)}</p>` : members}
${schema.enum === undefined && example !== undefined ? codeBlock(JSON.stringify(example, null, 2), 'json') : ''}</section>`;
}

function schemaMarkdown(document: OpenApi, name: string, schema: Schema): string {
  const values = schema.enum === undefined ? '' : `One of ${schema.enum.map((value) => `\`${value}\``).join(', ')}.`;
  const parts = [`## ${name}`, schema.description ?? '', values, membersMarkdown(document, schema, 'answer')];
  return parts.filter((part) => part !== '').join('\n\n');
}
