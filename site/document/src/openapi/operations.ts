import type { DescFile } from '@bufbuild/protobuf';
import { routesOf } from '@drippulse/gateway/routes';
import type { PublicApi } from '../api/public-api.ts';
import { errorCodesOf } from './error-codes.ts';
import type { Operation } from './operation.ts';

/** Returns the public methods in the order of the documentation, each with its main path. */
export function operationsOf({ services }: PublicApi, files: ReadonlySet<DescFile>): Operation[] {
  const routes = services.flatMap(routesOf);
  return routes
    .filter(({ isPrimary }) => isPrimary)
    .map((route) => ({
      route,
      aliases: routes.filter((other) => other.method === route.method && !other.isPrimary),
      codes: errorCodesOf(route, files),
    }));
}

/** Returns the files of an API, including all imports. */
export function filesOf({ services, events }: PublicApi): Set<DescFile> {
  const files = new Set<DescFile>();
  const visit = (file: DescFile) => {
    if (files.has(file)) return;
    files.add(file);
    for (const dependency of file.dependencies) visit(dependency);
  };
  for (const { file } of services) visit(file);
  for (const { field } of events) visit(field.parent.file);
  return files;
}
