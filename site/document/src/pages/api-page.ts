import { page } from './page.ts';

/** The page on which Swagger UI shows the OpenAPI document. */
export const apiPage = page('DripPulse API', {
  head: '<link rel="stylesheet" href="/docs/assets/swagger-ui.css">',
  body: `<div id="api"><p>The API reference needs JavaScript. The same as JSON: <a href="/docs/skills/drippulse-openapi-v1.json">drippulse-openapi-v1.json</a>.</p></div>
<script src="/docs/assets/swagger-ui-bundle.js"></script>
<script src="/docs/assets/api-page.js"></script>`,
});
