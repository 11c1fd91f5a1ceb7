import { readdirSync, readFileSync } from 'node:fs';

/** A service. Only that of enrollments has such rooms. */
const runtime = 'services/[^/]+';
/** Rooms of the service of enrollments that are entered by their index.ts alone. */
const closedRooms = 'events|goals|messaging|tracking';

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...roomRules(),
    {
      name: 'no-service-imports-another',
      comment: 'Services meet over RPC and events only, so that each can move to its own machine.',
      severity: 'error',
      from: { path: '^services/([^/]+)/' },
      to: { path: '^services/', pathNot: '^services/$1/' },
    },
    {
      name: 'rooms-only-by-their-index',
      comment:
        'These rooms of the runtime own their tables. What others may do with them is in their index.ts, so that it can be read there. Their tests, and migrations, look inside.',
      severity: 'error',
      from: { path: `^${runtime}/src/(?!(${closedRooms})/)`, pathNot: '\\.test\\.ts$' },
      to: { path: `^${runtime}/src/(${closedRooms})/`, pathNot: `^${runtime}/src/(${closedRooms})/index\\.ts$` },
    },
    {
      name: 'rooms-only-by-their-index',
      comment: 'Of these rooms, each enters another by its index.ts too.',
      severity: 'error',
      from: { path: `^${runtime}/src/(${closedRooms})/` },
      to: {
        path: `^${runtime}/src/(${closedRooms})/`,
        pathNot: [`^${runtime}/src/$1/`, `^${runtime}/src/(${closedRooms})/index\\.ts$`],
      },
    },
    {
      name: 'identity-only-by-its-clients',
      comment:
        'The gateway calls identity by clients of identity.v1, so that it can run in a process of its own. Only the files that start it, or run a command on its schema, import its code.',
      severity: 'error',
      from: {
        path: '^services/gateway/src/',
        pathNot: '^services/gateway/src/((identity|db)/|(main|config|migrate|bootstrap)\\.ts$)|\\.test\\.ts$',
      },
      to: { path: '^services/gateway/src/(identity|db)/' },
    },
    {
      name: 'identity-knows-no-public-api',
      comment: 'Of the gateway it shares only the ground rooms: a process of identity alone loads no HTTP server.',
      severity: 'error',
      from: { path: '^services/gateway/src/identity/' },
      to: {
        path: '^services/gateway/src/',
        pathNot:
          '^services/gateway/src/((identity|db|usernames|credential-texts)/|(call-metadata|client-network|public-url|session-cookie)\\.ts$)',
      },
    },
    {
      name: 'libs-import-no-service',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^(services|deploy|test)/' },
    },
    {
      name: 'services-import-no-layout',
      comment: 'What puts services together knows them, not the other way round.',
      severity: 'error',
      from: { path: '^services/' },
      to: { path: '^(deploy|test)/', pathNot: '^test/providers/' },
    },
    {
      name: 'fake-providers-only-in-tests',
      severity: 'error',
      from: { path: '^(services|libs|deploy)/[^/]+/src/', pathNot: '\\.test\\.ts$' },
      to: { path: '^test/providers/' },
    },
    {
      name: 'nothing-imports-the-site',
      comment: 'The site is made before anything runs; only its files are served.',
      severity: 'error',
      from: { pathNot: '^(site|scripts)/' },
      to: { path: '^site/' },
    },
    {
      name: 'no-test-code-in-production',
      severity: 'error',
      from: { path: '^(services|libs)/[^/]+/src/', pathNot: '\\.test\\.ts$|^libs/testing/|^libs/service/src/harness/' },
      to: { path: '^libs/testing/|^libs/service/src/harness/|\\.test\\.ts$|^(services|libs)/[^/]+/test/' },
    },
    {
      name: 'no-circular',
      comment: 'Types included: files that name each other are read together, or have a third one between them.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'engine-is-pure',
      comment: 'No I/O, so that what /test shows is what a live run does; of Node only hashes.',
      severity: 'error',
      from: { path: '^libs/engine/src/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    {
      name: 'grpc-only-in-rpc',
      severity: 'error',
      from: { pathNot: '^libs/(rpc|grpc-patches)/' },
      to: { path: '(^|/)node_modules/@grpc/' },
    },
    {
      name: 'kafka-only-in-events',
      comment: 'A test asks the brokers who is in a group: what our own code says of itself would prove less.',
      severity: 'error',
      from: { pathNot: ['^libs/events/', '^test/operations/src/rollout/consumer-groups\\.ts$'] },
      to: { path: '(^|/)node_modules/kafkajs/' },
    },
    {
      name: 'servers-only-with-deadlines',
      comment:
        'Each of these files gives its client a deadline for every wait: a server that hangs must not stop its callers. ' +
        'A test fails each server in each way (test/operations).',
      severity: 'error',
      from: {
        path: '^(libs|services|deploy)/[^/]+/src/',
        pathNot: [
          '\\.test\\.ts$',
          '^libs/(db|http|servers|testing)/',
          '^libs/service/src/redis-link\\.ts$',
          '^deploy/local/src/postgres\\.ts$',
        ],
      },
      to: { path: '(^|/)node_modules/(pg|redis|@redis|undici)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'mails-only-by-the-mailer',
      comment:
        'Mails leave the process by this folder, which gives every wait a deadline, and whose callers have a permit or a notice. ' +
        'Two parts of nodemailer read and write texts alone; anybody may use them. A peer of a bench sends mails as others would.',
      severity: 'error',
      from: { pathNot: '^(libs/mail/src/transport|test/bench/peers)/' },
      to: {
        path: '(^|/)node_modules/nodemailer/',
        pathNot: '/nodemailer/dist/esm/(addressparser|mime-node)/',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'metrics-only-from-the-catalog',
      comment: 'Documentation, dashboards and alerts are made from the catalog of libs/observability.',
      severity: 'error',
      from: { pathNot: '^libs/observability/' },
      to: { path: '(^|/)node_modules/prom-client/' },
    },
    {
      name: 'no-unresolvable',
      comment:
        'The packages of the peers are installed by their bench alone, so that nobody else has to. Scripts of pages import what is served beside them.',
      severity: 'error',
      from: { pathNot: '^(test/bench/peers|site/pages/assets)/' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // The second part are built files of a clone that has not built them yet; packages keep their code in folders of this name too.
    exclude: { path: '^(libs|services|deploy|site|test)/[^/]+/dist/|^(\\.\\./)+dist/|^proto/(gen|dist)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs'],
    },
  },
};

/**
 * A rule for each room of a package that has folders in `src`. A room is a folder or a file directly below `src`; `rooms` in
 * the package.json lists them bottom first. A room imports itself and the rooms before it, types included.
 */
function roomRules() {
  return packagesWithRooms().flatMap((folder) => {
    const { rooms: order } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
    if (order === undefined) throw new Error(`${folder}/package.json gives the folders of src no order as "rooms"`);
    const present = roomsOf(folder);
    const unlisted = present.filter((room) => !order.includes(room));
    const gone = order.filter((room) => !present.includes(room));
    if (unlisted.length > 0)
      throw new Error(`"rooms" of ${folder}/package.json has no place for ${unlisted.join(', ')}`);
    if (gone.length > 0)
      throw new Error(`"rooms" of ${folder}/package.json lists what src does not have: ${gone.join(', ')}`);
    return order.slice(0, -1).map((room, index) => ({
      name: 'rooms-in-order',
      comment: `In ${folder}, ${room} comes before the room that it imports; see "rooms" in its package.json.`,
      severity: 'error',
      from: { path: pathOf(folder, [room]), pathNot: '\\.test\\.ts$' },
      to: { path: pathOf(folder, order.slice(index + 1)) },
    }));
  });
}

function packagesWithRooms() {
  return ['libs', 'services', 'deploy', 'site', 'test'].flatMap((kind) =>
    readdirSync(kind, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && foldersIn(`${kind}/${entry.name}/src`).length > 0)
      .map((entry) => `${kind}/${entry.name}`),
  );
}

function foldersIn(folder) {
  try {
    return readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  } catch {
    return [];
  }
}

function roomsOf(folder) {
  const entries = readdirSync(`${folder}/src`, { withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isDirectory() || /(?<!\.test)\.ts$/.test(entry.name))
    .map((entry) => entry.name.replace(/\.ts$/, ''));
  return [...new Set(names)];
}

function pathOf(folder, names) {
  return `^${folder}/src/(${names.join('|')})(/|\\.ts$)`;
}
