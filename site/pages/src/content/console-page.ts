import type { Page } from '../page/page.ts';
import { markdownPage } from './content-page.ts';

const text = `The console calls this installation with a credential of yours. It needs JavaScript and a browser; the
[reference](api-reference.md) describes the same operations without either.

Choose **Authorize**, paste an API key, open an operation and choose **Try it out**. The calls are real: with a live key they
change your organization. A test key (\`adcrm_test_…\`) changes test rows only.
`;

/** Returns the page on which Swagger UI calls the API. */
export function consolePage(place: { section: string; order: number }): Page {
  const page = markdownPage({
    path: 'console',
    title: 'API console',
    label: 'Console',
    description: 'Try every operation against this installation from the browser.',
    isOptional: true,
    markdown: text,
    ...place,
  });
  return {
    ...page,
    width: 'full',
    html: `${page.html}<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
<link rel="stylesheet" href="/docs/assets/console.css">
<div id="console"></div>
<script src="/docs/assets/swagger-ui-bundle.js"></script>
<script src="/docs/assets/console.js"></script>
`,
  };
}
