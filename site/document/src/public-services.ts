import type { DescService } from '@bufbuild/protobuf';

/** Returns the text of the module that lists the services with public methods, which the gateway serves. */
export function publicServicesModule(services: readonly DescService[]): string {
  const imports = services.map(({ name, file }) => `import { ${name} } from './${file.name}_pb.ts';`);
  const members = services.map(({ name }) => `  ${name},`);
  return [
    '// Generated from the services with `google.api.http` rules by `npm run generate`.',
    ...imports.sort(),
    '',
    '/** Every service with public methods, in the order of the documentation. */',
    `export const publicServices = [\n${members.join('\n')}\n] as const;`,
    '',
  ].join('\n');
}
