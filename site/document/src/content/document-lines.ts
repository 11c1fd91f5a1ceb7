import { readFileSync } from 'node:fs';
import path from 'node:path';

/** Returns the repository's changelog without its title. */
export function changelogLines(root: string): string[] {
  const text = readFileSync(path.join(root, 'CHANGELOG.md'), 'utf8')
    .replace(/^# .*\n+/, '')
    .replaceAll(/```mermaid\n[\s\S]*?\n```\n+/g, '');
  return plainLinks(text).trimEnd().split('\n');
}

/** Returns the variables of an installation: the first section of the configuration page, without its title. */
export function configurationLines(root: string): string[] {
  const page = readFileSync(path.join(root, 'docs/configuration.md'), 'utf8');
  const [, section] = page.split(/^## .*$/m);
  if (section === undefined) throw new Error('docs/configuration.md has no section');
  return plainLinks(section).trim().split('\n');
}

/** Documents that are also pages of the site. */
const guides = ['journeys.md', 'mail.md'] as const;

/**
 * Returns one of the guides, without its title and its pictures. Links within the guide, to the other guides and to
 * pages of the site are kept.
 */
export function guideLines(root: string, guide: (typeof guides)[number]): string[] {
  const text = readFileSync(path.join(root, 'docs', guide), 'utf8')
    .replace(/^# .*\n+/, '')
    .replaceAll(/```mermaid\n[\s\S]*?\n```\n+/g, '');
  const pages = '../site/pages/content/';
  return text
    .replaceAll(/\[([^\]]+)\]\(([^)]+)\)/g, (link, label: string, target: string) => {
      if (target.startsWith(pages)) return `[${label}](${target.slice(pages.length)})`;
      const isServed = /^(https?:|#)/.test(target) || guides.some((other) => target.replace(/#.*/, '') === other);
      return isServed ? link : label;
    })
    .trimEnd()
    .split('\n');
}

/** Replaces links to files of the repository by their text, because these files are not served. */
function plainLinks(markdown: string): string {
  return markdown.replaceAll(/\[([^\]]+)\]\((?!https?:)[^)]+\)/g, '$1');
}
