import { createHash } from 'node:crypto';
import type { HandlerContext } from '@connectrpc/connect';
import { escapeHtml } from './escape-html.ts';

const style = `:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0; color: #1c2430; background: #f4f6f9; }
main { box-sizing: border-box; max-width: 32rem; margin: 2rem auto; padding: 1.5rem; background: #fff; border-radius: .5rem; }
h1 { margin: 0 0 1rem; font-size: 1.5rem; overflow-wrap: anywhere; }
p, legend, label { overflow-wrap: anywhere; }
fieldset { margin: 1.5rem 0 1rem; padding: 1rem; border: 1px solid #6b7684; border-radius: .25rem; }
label { display: block; margin: 0 0 .5rem; }
input:not([type=checkbox], [type=radio], [type=hidden]) { box-sizing: border-box; display: block; width: 100%; margin: .25rem 0 1rem; padding: .6rem;
  font: inherit; color: inherit; background: #fff; border: 1px solid #6b7684; border-radius: .25rem; }
button, .button { display: inline-block; padding: .6rem 1.5rem; font: inherit; font-weight: 600; color: #fff; background: #1f5fd0; border: 0;
  border-radius: .25rem; text-decoration: none; }
a { color: #1f5fd0; }
h2 { margin: 1.5rem 0 .75rem; padding-top: 1.5rem; border-top: 1px solid #cdd4dd; font-size: 1.125rem; }
.problem { margin: 0 0 1rem; padding: .75rem 1rem; border-left: .25rem solid #b3261e; background: #fdecea; }
:focus-visible { outline: 3px solid #7aa7f7; outline-offset: 2px; }
@media (prefers-color-scheme: dark) {
  body { color: #e3e8ef; background: #12161c; }
  main { background: #1c232d; }
  input:not([type=checkbox], [type=radio], [type=hidden]) { background: #12161c; }
  a { color: #8ab4f8; }
  .button { color: #fff; }
  h2 { border-color: #3a4552; }
  .problem { border-color: #f2857b; background: #3b2020; }
}
`;

const policy = ["default-src 'none'", `style-src '${hashOf(style)}'`, "base-uri 'none'", "frame-ancestors 'none'"];

/**
 * Responds with a page for a person outside the platform. The page loads nothing, and runs only `script`. `body` is
 * HTML. Its forms may be sent only to `forms`.
 */
export function answerPage(
  call: HandlerContext,
  status: number,
  {
    title,
    body,
    forms = 'self',
    script,
    next,
  }: {
    title: string;
    body: string;
    forms?: 'self' | 'none';
    script?: string;
    /**
     * Path of the page to which the browser goes immediately. A redirect is not used, because after it the browser
     * would not send a same-site cookie.
     */
    next?: string;
  },
) {
  call.responseHeader.set('x-http-status', String(status));
  const scripts = script === undefined ? [] : [`script-src '${hashOf(script)}'`];
  call.responseHeader.set('content-security-policy', [...policy, ...scripts, `form-action '${forms}'`].join('; '));
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">${next === undefined ? '' : `\n<meta http-equiv="refresh" content="0; url=${escapeHtml(next)}">`}
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${body}
</main>${script === undefined ? '' : `\n<script>${script}</script>`}
</body>
</html>
`;
  return { contentType: 'text/html; charset=utf-8', data: Buffer.from(html) };
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
