import {
  type LayoutProcess,
  layoutProcesses,
  processEntry,
  processOf,
  publicService,
  type RoleName,
  type ServiceName,
  serviceNames,
  serviceOf,
  services,
  servicesOf,
} from '@drippulse/topology';
import type { Regions } from './regions.ts';

/** Returns the lines of helm/drippulse/Chart.yaml that list the services. */
export function chartRegions(version: string): Regions {
  return {
    aliases: layoutProcesses.map(({ name }) => `  - { name: service, alias: ${name}, version: ${version} }`),
  };
}

/** Returns the lines of helm/drippulse/values.yaml that list the services. */
export function valuesRegions(): Regions {
  return {
    calls: layoutProcesses.flatMap(({ name, calls }) => callLines(name, calls)),
    within: serviceNames.filter((name) => processOf(name) !== name).map((name) => `    ${name}: ${processOf(name)}`),
    values: layoutProcesses.flatMap((process) => ['', ...valuesLines(process)]),
  };
}

/** Returns the lines of the example values that list the services. */
export function exampleRegions(): Readonly<Record<string, Regions>> {
  return {
    'helm/drippulse/examples/small/values.yaml': {
      replicas: layoutProcesses.map(({ name }) => `${name}: { replicas: 1 }`),
    },
    'helm/drippulse/examples/production/values.yaml': {
      scaling: layoutProcesses.flatMap(({ name }) => productionLines(name)),
    },
  };
}

function productionLines(name: ServiceName | RoleName): string[] {
  return [`${name}:`, ...(ownScaling.get(name) ?? ['  autoscaling: { enabled: true }'])];
}

function scaledBy(service: ServiceName, metric: string, averageValue: number): string[] {
  return [
    '  autoscaling:',
    '    enabled: true',
    '    minReplicas: 2',
    '    maxReplicas: 8',
    '    external:',
    `      - { name: ${metric}, selector: { service: ${service} }, averageValue: "${averageValue}" }`,
  ];
}

/** The scaling, in the production example, of services that need more than the default scaling. */
const ownScaling = new Map<ServiceName | RoleName, string[]>([
  [
    publicService,
    ['  env: { TRUSTED_PROXIES: 10.244.0.0/16 }', '  autoscaling: { enabled: true, minReplicas: 3, maxReplicas: 12 }'],
  ],
  [
    serviceOf('enrollments'),
    [
      '  env: { MAIL_FROM: "DripPulse <hello@example.com>" }',
      // A pod works on up to 500 effects, 50 of each organization. The age of due work is not a useful measure here,
      // because pods that wait for slow receivers have already claimed the work.
      ...scaledBy(serviceOf('enrollments'), 'drippulse_effects_in_flight', 100),
    ],
  ],
  [serviceOf('webhooks'), scaledBy(serviceOf('webhooks'), 'drippulse_consumer_lag_events', 1000)],
]);

/**
 * The limit is higher than for other services, because the service of the public API may hold bodies, lists and unread
 * responses of many organizations in memory at the same time (`npm run bench -- neighbours`).
 */
const publicMemory = '  resources: { limits: { memory: 768Mi } }';

function valuesLines({ name, service, role }: LayoutProcess): string[] {
  const { schema, servers, secrets, optionalSecrets, leavesCluster, nodeFlags, environment } = processEntry(service);
  if (name !== service) {
    return [
      `${name}:`,
      `  imageOf: ${service}`,
      `  env: { ROLE: ${role} }`,
      '  migrates: false',
      '  linksToPublicUrl: true',
      ...listLines('secretKeys', secrets),
      ...listLines('optionalSecretKeys', optionalSecrets),
      `  servers: [${[...servers.filter((server) => server !== 'mail'), 'telemetry'].join(', ')}]`,
    ];
  }
  const hasAllTopics = servicesOf(service).some((own) => services[own].consumes === 'all');
  return [
    `${name}:`,
    ...(role === undefined ? [] : [`  env: { ROLE: ${role} }`]),
    ...(environment.includes('PUBLIC_URL') ? ['  linksToPublicUrl: true'] : []),
    ...(nodeFlags.length > 0 ? [`  nodeFlags: [${nodeFlags.join(', ')}]`] : []),
    ...(name === publicService ? ['  public: true', publicMemory] : []),
    ...(leavesCluster ? ['  leavesCluster: true'] : []),
    ...(schema === undefined ? ['  migrates: false'] : []),
    ...(hasAllTopics ? ['  makesTopics: true'] : []),
    ...listLines('secretKeys', secrets),
    ...listLines('optionalSecretKeys', optionalSecrets),
    `  servers: [${[...servers, 'telemetry'].join(', ')}]`,
  ];
}

/** Returns the schema of the chart's values, with an object for each service after the hand-written properties. */
export function valuesSchema(text: string): string {
  const schema = JSON.parse(text);
  const byHand = Object.entries<{ description?: string }>(schema.properties).filter(
    ([, { description }]) => description !== generatedMark,
  );
  const ofServices = layoutProcesses.map(({ name }) => [name, { description: generatedMark, type: 'object' }]);
  const properties = Object.fromEntries([...byHand, ...ofServices]);
  return `${JSON.stringify({ ...schema, properties }, null, 2)}\n`;
}

/** Marks a property that is generated from the table of services. */
const generatedMark = 'values of a service, as charts/service/values.schema.json says';

/** Returns the lines of a list in a service's values, on one line if it fits. Returns no line for an empty list. */
function listLines(name: string, entries: readonly string[]): string[] {
  if (entries.length === 0) return [];
  const line = `  ${name}: [${entries.join(', ')}]`;
  return line.length <= 120 ? [line] : [`  ${name}:`, ...entries.map((entry) => `    - ${entry}`)];
}

/** Maximum number of characters of a line, as in the formatter. */
const lineWidth = 120;

function callLines(name: string, calls: readonly string[]): string[] {
  const list = `[${calls.join(', ')}]`;
  const line = `    ${name}: ${list}`;
  if (line.length <= lineWidth) return [line];
  const own = `      ${list}`;
  if (own.length <= lineWidth) return [`    ${name}:`, own];
  return [`    ${name}:`, '      [', ...calls.map((call) => `        ${call},`), '      ]'];
}
