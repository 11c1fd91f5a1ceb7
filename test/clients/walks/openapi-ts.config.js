/** How a developer in TypeScript would generate a client, with the operations as methods by their dotted ids. */
export default {
  input: '../../site/static/docs/skills/drippulse-openapi-v1.json',
  output: { path: './dist/typescript', module: { extension: '.ts' } },
  plugins: [
    '@hey-api/client-fetch',
    '@hey-api/typescript',
    {
      name: '@hey-api/sdk',
      operations: { strategy: 'single', containerName: 'DripPulse', nesting: 'operationId' },
    },
  ],
};
