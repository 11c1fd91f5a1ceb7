import path from 'node:path';
import { addressOf, twinOf } from '../page/page.ts';

/**
 * Resolves the address of a link in a page. Pages are linked by their file, relative or below `/docs`, with `.md` or
 * `.html`: `webhooks.md#ordering`. In an HTML page the link leads to the HTML page, in a Markdown twin to the twin.
 * Links to files that exist only as Markdown, such as skills, are not changed.
 */
export function resolveLink(href: string, from: string, form: 'html' | 'markdown'): string {
  if (/^[a-z][a-z0-9+.-]*:|^\/\/|^#/i.test(href)) return href;
  const [, target = '', rest = ''] = /^([^?#]*)(.*)$/s.exec(href) ?? [];
  const absolute = target.startsWith('/') ? target : path.posix.join('/docs', path.posix.dirname(from), target);
  const page = pageAt(absolute);
  if (page === undefined) return absolute + rest;
  return (form === 'html' ? addressOf(page) : twinOf(page)) + rest;
}

/** Returns the page of an address; undefined for a file that is not a page. */
function pageAt(address: string): string | undefined {
  if (/^\/docs\/?$/.test(address)) return 'index';
  const [, page] = /^\/docs\/([^.]+)(?:\.(?:md|html))?$/.exec(address) ?? [];
  return page === undefined || page.startsWith('skills/') ? undefined : page;
}

/** Resolves the links in the text of a Markdown page. Code is not changed. */
export function resolveTwinLinks(markdown: string, from: string): string {
  return markdown
    .split(/(^```[\s\S]*?^```$|`[^`\n]+`)/m)
    .map((part, index) =>
      index % 2 === 1
        ? part
        : part.replaceAll(/(\]\()([^)\s]+)/g, (_, start: string, href: string) => {
            return start + resolveLink(href, from, 'markdown');
          }),
    )
    .join('');
}
