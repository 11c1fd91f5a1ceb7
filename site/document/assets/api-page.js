// Runs on the page of the API reference, after Swagger UI.
SwaggerUIBundle({
  url: '/docs/skills/drippulse-openapi-v1.json',
  dom_id: '#api',
  deepLinking: true,
  docExpansion: 'none',
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  validatorUrl: null,
});
