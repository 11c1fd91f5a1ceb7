import { sectionsOf } from '../layout/menu.ts';
import { type Page, twinOf } from '../page/page.ts';

const summary = `# DripPulse

> An automation platform with a CRM inside, operated over REST by agents and back ends: workflows for contacts, a timeline for each run, signed webhooks.

The API is below \`/api/v1\` of this address. Every page of the documentation is Markdown at its address with \`.md\`, or with \`Accept: text/markdown\`.
`;

/** A file, other than the pages, that an agent should know. */
export type AgentFile = { title: string; address: string; description: string };

/** Returns the index for agents (llmstxt.org): lists of links, by section. Optional pages come last. */
export function llmsIndex(pages: readonly Page[], files: readonly AgentFile[]): string {
  const line = ({ path, title, description }: Page) => `- [${title}](${twinOf(path)}): ${description}`;
  const wanted = sectionsOf(pages.filter(({ isOptional }) => !isOptional));
  const optional = pages.filter(({ isOptional }) => isOptional);
  return [
    summary,
    '## For agents\n',
    ...files.map(({ title, address, description }) => `- [${title}](${address}): ${description}`),
    ...wanted.flatMap(({ name, pages: members }) => [`\n## ${name}\n`, ...members.map(line)]),
    ...(optional.length === 0 ? [] : ['\n## Optional\n', ...optional.map(line)]),
    '',
  ].join('\n');
}

/** Returns all pages that are not optional, in one file. */
export function llmsFull(pages: readonly Page[]): string {
  const whole = sectionsOf(pages.filter(({ isOptional }) => !isOptional)).flatMap((section) => section.pages);
  return [summary, ...whole.map((page) => twinText(page))].join('\n');
}

/** Returns the Markdown twin of a page. */
export function twinText({ title, description, markdown }: Page): string {
  return `# ${title}\n\n> ${description}\n\n${markdown.trim()}\n`;
}
