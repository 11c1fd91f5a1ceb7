import { renderInline, renderText } from '../markdown/render.ts';
import { escapeHtml } from '../page/escape-html.ts';
import { addressOf, type Heading, type Page, twinOf } from '../page/page.ts';
import { enrollmentVisibility } from './enrollment-visibility.ts';
import type { OpenApi } from './openapi.ts';
import { callHtml } from './operation-html.ts';
import type { Area } from './operations.ts';

/**
 * Returns the first page of the reference: the rules of every call, links to all operations, and the fields of
 * enrollments. It has an anchor for each operation, so that an operation's address stays valid for links, however the
 * areas are split into pages.
 */
export function overviewPage(
  document: OpenApi,
  areas: readonly Area[],
  place: { section: string; order: number },
): Page {
  const visibility = enrollmentVisibility(document, areas);
  const headings: Heading[] = [
    ...(visibility === undefined ? [] : [visibility.heading]),
    ...areas.map(({ name, page }) => ({ level: 2, id: idOf(page), text: name })),
  ];
  const introduction = document.info.description ?? '';
  return {
    path: 'api-reference',
    title: 'API reference',
    label: 'Overview',
    description: 'Every operation of the API, its rules, and the fields by which enrollments are watched.',
    isOptional: false,
    markdown: `${[introduction, ...areas.map(areaMarkdown), visibility?.markdown ?? ''].join('\n\n').trim()}\n`,
    html: [
      renderText(introduction),
      `<p class="downloads"><a href="/docs/skills/drippulse-openapi-v1.json">OpenAPI document</a> <a href="/docs/console.html">Console</a> <a href="/docs/errors.html">Errors</a></p>`,
      ...areas.map(areaHtml),
      visibility?.html ?? '',
    ].join('\n'),
    headings: [
      ...headings.slice(visibility === undefined ? 0 : 1),
      ...headings.slice(0, visibility === undefined ? 0 : 1),
    ],
    passages: [
      { id: '', title: '', text: introduction },
      ...(visibility === undefined
        ? []
        : [{ id: visibility.heading.id, title: visibility.heading.text, text: visibility.markdown }]),
    ],
    width: 'text',
    ...place,
  };
}

function idOf(page: string): string {
  return page.replace(/^api\//, '');
}

function areaHtml({ name, description, page, operations }: Area): string {
  const rows = operations.map((operation) => {
    const id = escapeHtml(operation.id);
    return `<li id="${id}"><a href="${addressOf(page)}#${id}">${callHtml(operation)} <span>${renderInline(operation.summary)}</span></a></li>`;
  });
  const id = idOf(page);
  return `<h2 id="${id}"><a class="heading" href="#${id}">${escapeHtml(name)}</a></h2>
${renderText(description)}<ul class="operations">
${rows.join('\n')}
</ul>`;
}

function areaMarkdown({ name, description, page, operations }: Area): string {
  const rows = operations.map(
    ({ id, method, path, summary }) => `- [\`${method} ${path}\`](${twinOf(page)}) \`${id}\`: ${summary}`,
  );
  return [`## ${name}`, description, rows.join('\n')].join('\n\n');
}
