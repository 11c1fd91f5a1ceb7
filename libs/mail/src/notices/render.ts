import type { Notice } from './notice.ts';
import { visibleText } from './visible-text.ts';

/** The parts of a rendered mail. Equal notices give equal bytes. */
export type RenderedNotice = { subject: string; text: string; html: string };

/** Renders a notice in the layout that all mails of the platform share. */
export function renderNotice(notice: Notice): RenderedNotice {
  return { subject: visibleText(notice.subject), text: textOf(notice), html: htmlOf(notice) };
}

function textOf({ paragraphs, items, link, reason }: Notice): string {
  const blocks = [
    ...paragraphs.map(visibleText),
    ...items.map(({ title, facts }) =>
      [`* ${visibleText(title)}`, ...facts.map(([name, value]) => `  ${name}: ${visibleText(value)}`)].join('\n'),
    ),
    ...(link ? [`${link.label}:\n${link.url}`] : []),
    `-- \n${visibleText(reason)}`,
  ];
  return `${blocks.join('\n\n')}\n`;
}

function htmlOf({ subject, paragraphs, items, link, reason }: Notice): string {
  const body = [
    ...paragraphs.map((text) => `<p>${escaped(text)}</p>`),
    ...items.map(({ title, facts }) => {
      const rows = facts.map(([name, value]) => `<br>${escaped(name)}: ${escaped(value)}`);
      return `<p><strong>${escaped(title)}</strong>${rows.join('')}</p>`;
    }),
    ...(link ? [`<p><a href="${escaped(link.url)}">${escaped(link.label)}</a></p>`] : []),
    `<hr><p><small>${escaped(reason)}</small></p>`,
  ];
  const head = `<meta charset="utf-8"><title>${escaped(subject)}</title>`;
  return `<!doctype html>\n<html lang="en"><head>${head}</head><body>\n${body.join('\n')}\n</body></html>\n`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return visibleText(text).replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);
}
