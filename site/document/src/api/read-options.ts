import { type FileRegistry, getOption } from '@bufbuild/protobuf';
import { type NamedSchema, type Reason, reason, schema } from '@drippulse/proto/drippulse/rest/v1/rest_pb';

/** Returns the error reasons of all files. */
export function reasonsOf({ files }: Pick<FileRegistry, 'files'>): Reason[] {
  return [...files].flatMap((file) => getOption(file, reason));
}

/** Returns the schemas of free-form JSON in all files. */
export function schemasOf({ files }: Pick<FileRegistry, 'files'>): NamedSchema[] {
  return [...files].flatMap((file) => getOption(file, schema));
}
