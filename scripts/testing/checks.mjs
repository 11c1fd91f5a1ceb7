import { breaking } from './breaking.mjs';
import { run } from './children.mjs';
import { comments } from './comments.mjs';
import { advisories, licences } from './supply-chain.mjs';

const folders = ['libs', 'services', 'deploy', 'site', 'test'];

/** The checks that do not run the product. Each check is counted as one test. */
export const checks = [
  // The check that takes longest is first, so that it does not run alone at the end.
  command('types', ['tsc', '-b']),
  command('format and lint', ['biome', 'ci', '--reporter=summary', '.']),
  command('proto lint', ['buf', 'lint']),
  command('proto format', ['buf', 'format', '--diff', '--exit-code', 'proto']),
  command('generated code is up to date', ['node', 'scripts/generate.mjs', '--check']),
  { name: 'proto compatibility', run: breaking },
  command('promises', ['oxlint', '--type-aware', '--deny-warnings', '--report-unused-disable-directives', ...folders]),
  command('boundaries', ['depcruise', '--config', '.dependency-cruiser.js', ...folders]),
  command('dead code', ['knip', '--no-config-hints']),
  command('scripts', ['node', '--test', '--test-timeout=60000', 'scripts/**/*.test.mjs']),
  { name: 'comments', run: comments },
  { name: 'licences', run: licences },
  { name: 'advisories', run: advisories },
  command('OpenAPI document', ['redocly', 'lint', 'site/static/docs/skills/drippulse-openapi-v1.json'], {
    REDOCLY_TELEMETRY: 'off',
    REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true',
  }),
];

function command(name, words, env) {
  return { name, run: () => run(words, { env }) };
}
