import { readFileSync } from 'node:fs';
import path from 'node:path';

/** The changelog of the repository without its title. */
export function changelogLines(root: string): string[] {
  const text = readFileSync(path.join(root, 'CHANGELOG.md'), 'utf8')
    .replace(/^# .*\n+/, '')
    .replaceAll(/```mermaid\n[\s\S]*?\n```\n+/g, '');
  return plainLinks(text).trimEnd().split('\n');
}

/** The variables of an installation: the first section of the page of configuration, without its title. */
export function configurationLines(root: string): string[] {
  const page = readFileSync(path.join(root, 'docs/configuration.md'), 'utf8');
  const [, section] = page.split(/^## .*$/m);
  if (section === undefined) throw new Error('docs/configuration.md has no section');
  return plainLinks(section).trim().split('\n');
}

/** The page about journeys, without its title and its pictures. Links within it, and to pages of the site, stay links. */
export function journeyLines(root: string): string[] {
  const text = readFileSync(path.join(root, 'docs/journeys.md'), 'utf8')
    .replace(/^# .*\n+/, '')
    .replaceAll(/```mermaid\n[\s\S]*?\n```\n+/g, '');
  const pages = '../site/pages/content/';
  return text
    .replaceAll(/\[([^\]]+)\]\(([^)]+)\)/g, (link, label: string, target: string) => {
      if (target.startsWith(pages)) return `[${label}](${target.slice(pages.length)})`;
      return /^(https?:|#)/.test(target) ? link : label;
    })
    .trimEnd()
    .split('\n');
}

/** Reduces links to files of the repository, which are not served, to their text. */
function plainLinks(markdown: string): string {
  return markdown.replaceAll(/\[([^\]]+)\]\((?!https?:)[^)]+\)/g, '$1');
}
