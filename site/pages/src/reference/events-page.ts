import { renderText } from '../markdown/render.ts';
import { codeBlock } from '../page/code-block.ts';
import { escapeHtml } from '../page/escape-html.ts';
import type { Page } from '../page/page.ts';
import { exampleOf } from './example-of.ts';
import { deref, type OpenApi, type RawOperation, type Schema } from './openapi.ts';
import { membersMarkdown } from './operation-markdown.ts';
import { membersHtml } from './schema-html.ts';

type Event = { name: string; description: string; schema: Schema; example: unknown };

/** Returns the page of the events that webhooks receive; undefined if the document lists no events. */
export function eventsPage(document: OpenApi, place: { section: string; order: number }): Page | undefined {
  const events = Object.entries(document.webhooks ?? {}).flatMap(([name, item]) =>
    Object.values(item).map((raw) => eventOf(document, name, raw)),
  );
  if (events.length === 0) return undefined;
  return {
    path: 'api/events',
    title: 'Events',
    label: 'Events',
    description: 'Every event that a webhook can receive, with its body.',
    isOptional: false,
    markdown: `${events.map((event) => eventMarkdown(document, event)).join('\n\n')}\n`,
    html: events.map((event) => eventHtml(document, event)).join('\n'),
    headings: events.map(({ name }) => ({ level: 2, id: name, text: name })),
    passages: events.map(({ name, description }) => ({ id: name, title: name, text: description })),
    width: 'reference',
    ...place,
  };
}

function eventOf(document: OpenApi, name: string, raw: RawOperation): Event {
  const { content = {} } = raw.requestBody === undefined ? {} : deref(document, raw.requestBody);
  const [media = {}] = Object.values(content);
  const schema = media.schema ?? {};
  const given = media.example ?? Object.values(media.examples ?? {})[0]?.value;
  return {
    name,
    description: raw.description ?? raw.summary ?? '',
    schema,
    example: given ?? exampleOf(document, schema),
  };
}

function eventHtml(document: OpenApi, { name, description, schema, example }: Event): string {
  const id = escapeHtml(name);
  return `<section class="operation" aria-labelledby="${id}">
<div class="about">
<h2 id="${id}"><a class="heading" href="#${id}"><code>${id}</code></a></h2>
${renderText(description)}${membersHtml(document, schema, 'answer')}</div>
<div class="samples"><section><h3>Body</h3>
${codeBlock(JSON.stringify(example, null, 2), 'json')}</section></div>
</section>`;
}

function eventMarkdown(document: OpenApi, { name, description, schema, example }: Event): string {
  const code = `\`\`\`json\n${JSON.stringify(example, null, 2)}\n\`\`\``;
  return [`## ${name}`, description, membersMarkdown(document, schema, 'answer'), code]
    .filter((text) => text !== '')
    .join('\n\n');
}
