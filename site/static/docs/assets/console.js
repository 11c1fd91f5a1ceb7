// Runs on the page of the console, after Swagger UI.
const consoleRoot = document.getElementById('console');

// Swagger UI makes blocks that scroll and cannot be reached by the keyboard, and a second main part of the page.
function mend() {
  for (const block of consoleRoot.querySelectorAll('pre:not([tabindex])')) block.tabIndex = 0;
  for (const inner of consoleRoot.querySelectorAll('main:not([role])')) inner.setAttribute('role', 'none');
}
new MutationObserver(mend).observe(consoleRoot, { childList: true, subtree: true });

SwaggerUIBundle({
  url: '/docs/skills/drippulse-openapi-v1.json',
  dom_id: '#console',
  // Its links to operations would stand within buttons. The reference has an address for each operation.
  deepLinking: false,
  docExpansion: 'none',
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  // Its colours have too little contrast.
  syntaxHighlight: { activated: false },
  validatorUrl: null,
});
