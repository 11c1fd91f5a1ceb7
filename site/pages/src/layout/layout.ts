import { escapeHtml } from '../page/escape-html.ts';
import { addressOf, type Page, twinOf } from '../page/page.ts';
import { icons } from './icons.ts';
import { contentsHtml, menuHtml, neighboursHtml } from './menu.ts';

/** Links at the top, to existing pages. */
const top = [
  ['index', 'Guides'],
  ['api-reference', 'API reference'],
  ['errors', 'Errors'],
  ['console', 'Console'],
] as const;

/**
 * Renders a page as a document. Its scripts and styles are files, because the content security policy forbids inline
 * ones.
 */
export function documentOf(page: Page, pages: readonly Page[]): string {
  const title = page.path === 'index' ? 'DripPulse documentation' : `${page.title} · DripPulse`;
  const contents = contentsHtml(page);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<meta name="description" content="${escapeHtml(page.description)}">
<link rel="canonical" href="${addressOf(page.path)}">
<link rel="alternate" type="text/markdown" href="${twinOf(page.path)}">
<link rel="icon" href="/docs/assets/favicon.svg" type="image/svg+xml">
<script src="/docs/assets/theme.js"></script>
<link rel="stylesheet" href="/docs/assets/docs.css">
<script type="module" src="/docs/assets/docs.js"></script>
<script type="module" src="/docs/assets/search.js"></script>
</head>
<body class="${page.width}">
<a class="skip" href="#content">Skip to content</a>
<header class="top">
<a class="brand" href="/docs">${icons.mark}<span>DripPulse</span> <span class="docs">Docs</span></a>
<nav aria-label="Site">${top.map(([path, label]) => topLink(path, label, page, pages)).join('')}</nav>
<button type="button" class="search" id="search" hidden aria-label="Search">${icons.search}<span>Search</span><kbd>/</kbd></button>
<button type="button" class="icon" id="theme" hidden aria-label="Dark theme">${icons.theme}</button>
<button type="button" class="icon menu-button" popovertarget="menu" aria-label="Pages">${icons.menu}</button>
</header>
<div class="frame">
${menuHtml(pages, page)}
<main id="content" tabindex="-1">
<header>
${page.path === 'index' || page.title === page.section ? '' : `<p class="section">${escapeHtml(page.section)}</p>\n`}<h1>${escapeHtml(page.title)}</h1>
<p class="lead">${escapeHtml(page.description)}</p>
<p class="page-links"><a href="${twinOf(page.path)}">View as Markdown</a>${contents === '' ? '' : '<button type="button" popovertarget="contents">On this page</button>'}</p>
</header>
<div class="body">
${page.html.trim()}
</div>
${neighboursHtml(pages, page)}
</main>
${contents}
</div>
</body>
</html>
`;
}

function topLink(path: string, label: string, current: Page, pages: readonly Page[]): string {
  if (!pages.some((page) => page.path === path)) return '';
  const isHere = path === areaOf(current);
  return `<a href="${addressOf(path)}"${isHere ? ' class="here"' : ''}>${label}</a>`;
}

/** Returns the top link to which a page belongs. */
function areaOf({ path }: Page): string {
  if (path === 'errors' || path === 'console') return path;
  return path.startsWith('api/') || path === 'api-reference' ? 'api-reference' : 'index';
}
