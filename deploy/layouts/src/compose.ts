import {
  addressVariable,
  type LayoutProcess,
  layoutProcesses,
  processEntry,
  processNames,
  processOf,
  publicService,
  type ServiceName,
  serviceNames,
  serviceOf,
  serviceOfPeer,
  services,
} from '@drippulse/topology';
import type { Regions } from './regions.ts';

/** Variables that the compose file sets for every service that has them. */
const ownVariables: Readonly<Record<string, string>> = {
  SMTP_URL: 'smtp://mail:1025',
  WEBHOOK_ALLOW_PRIVATE: 'true',
  PUBLIC_URL: `http://localhost:\${PORT:-3000}`,
};

/** Returns the lines of deploy/compose.yaml that list the services. */
export function composeRegions(): Regions {
  return {
    addresses: serviceNames
      .filter((name) => services[name].schema !== undefined && services[name].within === undefined)
      .map((name) => `  ${addressVariable(name)}: ${name}:8081`),
    processes: layoutProcesses.flatMap(processLines),
    migrations: processNames.flatMap(migrationLines),
  };
}

function processLines({ name: own, service: name, role, calls }: LayoutProcess): string[] {
  const { nodeFlags, optionalSecrets, environment, servers, schema } = processEntry(name);
  const variables = [...optionalSecrets, ...environment].flatMap((variable) => {
    const value = ownVariables[variable];
    return value === undefined ? [] : [`${variable}: "${value}"`];
  });
  const inner = innerAddresses(name);
  const roles = calls.filter((peer) => serviceOfPeer(peer) !== peer);
  const merged = [
    ...(role === undefined ? [] : [`ROLE: ${role}`]),
    ...variables,
    ...inner,
    ...roles.map((peer) => `${addressVariable(peer)}: "${peer}:8081"`),
  ];
  const waitsFor = [
    ...(name === processOf(serviceOf('identity')) ? ['bootstrap: { condition: service_completed_successfully }'] : []),
    ...(schema !== undefined && name !== processOf(serviceOf('identity'))
      ? [`migrate-${name}: { condition: service_completed_successfully }`]
      : []),
    ...(servers.includes('kafka') ? ['kafka: { condition: service_healthy }'] : []),
  ];
  return [
    `  ${own}:`,
    '    <<: *service',
    `    image: drippulse/${name}`,
    `    build: { <<: *build, args: { SERVICE: ${name} } }`,
    ...(nodeFlags.length > 0
      ? [
          '    # Options of node, after those of the image.',
          `    command: [${[...nodeFlags, 'src/main.ts'].join(', ')}]`,
        ]
      : []),
    // One line for each dependency, so that no line becomes too long for the formatter.
    ...(merged.length > 0
      ? ['    environment:', '      <<: *environment', ...merged.map((line) => `      ${line}`)]
      : ['    environment: *environment']),
    `    env_file: ["\${COMPOSE_SECRETS:?run npm run compose}/${name}.env"]`,
    ...(name === publicService ? [`    ports: ["127.0.0.1:\${PORT:-3000}:8080"]`] : []),
    // Uploads are stored in files until their last byte arrives.
    ...(name === publicService ? ['    volumes: [/tmp]'] : []),
    '    depends_on:',
    ...waitsFor.map((line) => `      ${line}`),
  ];
}

/** Returns the addresses of services that run in the process of a peer, for the processes that call them. */
function innerAddresses(name: ServiceName): string[] {
  return processEntry(name)
    .calls.filter((peer) => processOf(peer) !== peer)
    .map((peer) => `${addressVariable(peer)}: "${processOf(peer)}:8081"`);
}

function migrationLines(name: ServiceName): string[] {
  if (processEntry(name).schema === undefined) return [];
  return [
    `  migrate-${name}:`,
    '    <<: *job',
    `    image: drippulse/${name}`,
    '    command: [src/migrate.ts]',
    `    env_file: ["\${COMPOSE_SECRETS}/${name}.env", "\${COMPOSE_SECRETS}/admin.env"]`,
    ...(name === processOf(serviceOf('identity')) ? bootstrapLines(name) : []),
  ];
}

function bootstrapLines(name: ServiceName): string[] {
  return [
    '  bootstrap:',
    '    <<: *job',
    `    image: drippulse/${name}`,
    '    command: [src/bootstrap.ts]',
    `    env_file: ["\${COMPOSE_SECRETS}/${name}.env", "\${COMPOSE_SECRETS}/bootstrap.env"]`,
    '    depends_on:',
    `      migrate-${name}: { condition: service_completed_successfully }`,
  ];
}
