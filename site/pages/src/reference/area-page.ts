import { renderText } from '../markdown/render.ts';
import type { Page } from '../page/page.ts';
import type { OpenApi } from './openapi.ts';
import { operationHtml } from './operation-html.ts';
import { operationMarkdown } from './operation-markdown.ts';
import type { Area } from './operations.ts';

/** Returns the page of a tag, with the tag's operations one after the other. */
export function areaPage(document: OpenApi, area: Area, place: { section: string; order: number }): Page {
  const { name, description, operations, page } = area;
  return {
    path: page,
    title: name,
    label: name,
    description: sentenceOf(description) || `The operations of ${name}.`,
    isOptional: false,
    markdown: `${[restOf(description), ...operations.map((operation) => operationMarkdown(document, operation))].filter((text) => text !== '').join('\n\n')}\n`,
    html: [renderText(restOf(description)), ...operations.map((operation) => operationHtml(document, operation))].join(
      '\n',
    ),
    headings: operations.map(({ id, summary }) => ({ level: 2, id, text: summary.replaceAll('`', '') })),
    passages: operations.map(({ id, summary, method, path, description: text, parameters }) => ({
      id,
      title: summary.replaceAll('`', ''),
      text: [`${method} ${path}`, id, text, ...parameters.map((parameter) => parameter.name)].join(' '),
    })),
    width: 'reference',
    ...place,
  };
}

/** Returns the first sentence, which is shown below the title. */
function sentenceOf(text: string): string {
  return (/^[\s\S]*?\.(?=\s|$)/.exec(text)?.[0] ?? text).replaceAll(/\s+/g, ' ');
}

function restOf(text: string): string {
  return text.replace(/^[\s\S]*?(\.(?=\s|$)|$)/, '').trim();
}
