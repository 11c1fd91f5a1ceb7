// Biome does everything else. These rules need types, or know this repository.
import tseslint from 'typescript-eslint';

const readsEnvironment = 'MemberExpression[object.name="process"][property.name="env"]';
const readsVariable = `MemberExpression > ${readsEnvironment}.object`;

export default tseslint.config(
  { ignores: ['**/dist/**', 'proto/gen/**', '**/*.js', '**/*.mjs'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    plugins: { '@typescript-eslint': tseslint.plugin },
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
    },
  },
  {
    files: ['services/*/src/**/*.ts'],
    ignores: ['services/*/src/config.ts', '**/*.test.ts'],
    rules: {
      'no-restricted-syntax': ['error', { selector: readsVariable, message: 'Only config.ts reads the environment.' }],
    },
  },
  {
    files: ['libs/*/src/**/*.ts'],
    // The entry of a process reads its environment; tracing is loaded before any configuration, by standard variables.
    ignores: [
      'libs/testing/**',
      'libs/servers/**',
      'libs/service/src/{run-service,migrate}.ts',
      'libs/service/src/harness/**',
      'libs/observability/src/tracing/{preload,start-tracing}.ts',
      '**/*.test.ts',
    ],
    rules: {
      'no-restricted-syntax': ['error', { selector: readsEnvironment, message: 'A lib is told what it needs.' }],
    },
  },
);
