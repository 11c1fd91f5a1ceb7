import { STATUS_CODES } from 'node:http';
import { errorReasons } from './error-reasons.ts';

/** The page that Swagger UI draws the OpenAPI document on. */
export const apiPage = page('DripPulse API', {
  head: '<link rel="stylesheet" href="/docs/assets/swagger-ui.css">',
  body: `<div id="api"><p>The API reference needs JavaScript. The same as JSON: <a href="/docs/skills/drippulse-openapi-v1.json">drippulse-openapi-v1.json</a>.</p></div>
<script src="/docs/assets/swagger-ui-bundle.js"></script>
<script src="/docs/assets/api-page.js"></script>`,
});

/** Runs on the page above; a file of its own, because the content security policy forbids inline scripts. */
export const apiPageScript = `SwaggerUIBundle({
  url: '/docs/skills/drippulse-openapi-v1.json',
  dom_id: '#api',
  deepLinking: true,
  docExpansion: 'none',
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  validatorUrl: null,
});
`;

/** Every reason an error can have; \`type\` of an error points into it. */
export const errorsPage = page('DripPulse API errors', {
  head: '<link rel="stylesheet" href="/docs/assets/docs.css">',
  body: `<main>
<h1>Errors</h1>
<p>An error has a status, a stable reason in <code>error</code>, and a sentence in <code>message</code>; <code>errors</code> names the members at fault. <a href="/docs">API reference</a></p>
${errorReasons.map(statusSection).join('\n')}
</main>`,
});

export const stylesheet = `body { font: 16px/1.5 system-ui, sans-serif; margin: 0; color: #1c2430; background: #fff; }
main { max-width: 46rem; margin: 0 auto; padding: 2rem 1rem 4rem; }
h2 { margin-top: 2.5rem; border-bottom: 1px solid #d5dbe3; }
dt { margin-top: 1rem; }
dt:target { background: #fff3c4; }
dd { margin: 0.1rem 0 0 1.5rem; }
code { font-family: ui-monospace, monospace; }
@media (prefers-color-scheme: dark) {
  body { color: #e3e8ef; background: #12161c; }
  h2 { border-color: #333c48; }
  dt:target { background: #4a3f10; }
  a { color: #8ab4ff; }
}
`;

function statusSection({ status, reasons }: (typeof errorReasons)[number]): string {
  const entries = Object.entries(reasons).map(
    ([reason, meaning]) =>
      `<dt id="${reason}"><code>${reason}</code></dt>\n<dd>${inlineCode(escapeHtml(meaning))}</dd>`,
  );
  return `<h2>${status} ${STATUS_CODES[status]}</h2>\n<dl>\n${entries.join('\n')}\n</dl>`;
}

function page(title: string, { head, body }: { head: string; body: string }): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="/docs/assets/favicon-32x32.png">
${head}
</head>
<body>
${body}
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function inlineCode(text: string): string {
  return text.replaceAll(/`([^`]+)`/g, '<code>$1</code>');
}
