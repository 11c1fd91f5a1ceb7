import { type DescMethod, getOption, type Message } from '@bufbuild/protobuf';
import { http } from '@drippulse/proto/google/api/annotations_pb';

/** Request metadata with the revisions of `If-Match`: decimal, separated by commas. */
export const ifMatchMetadata = 'x-if-match';

/** A row that the path of a method names. */
export type PathRow = {
  /** The segment before the id, such as `workflows`; the last segment of a path without ids, such as `account`. */
  kind: string;
  id: unknown;
  /** All parameters of the path, by name. */
  ids: Readonly<Record<string, unknown>>;
};

/** Returns the row that a parameter of the path names; by default the last parameter. */
export function pathRow(method: DescMethod, message: Message, parameter?: string): PathRow {
  const segments = String(getOption(method, http).pattern.value).split('/');
  const parameters = segments.flatMap((segment) => /^\{(\w+)\}$/.exec(segment)?.[1] ?? []);
  const named = parameter ?? parameters.at(-1);
  const kind = named === undefined ? segments.at(-1) : segments[segments.indexOf(`{${named}}`) - 1];
  if (kind === undefined) throw new Error(`${method.toString()}: ${named} is not a parameter of the path`);
  // A message has its fields as own members, by their local names.
  const values = message as unknown as Record<string, unknown>;
  const ids = Object.fromEntries(parameters.map((name) => [name, values[localNameOf(method, name)]]));
  return { kind, id: named === undefined ? undefined : ids[named], ids };
}

function localNameOf(method: DescMethod, name: string): string {
  return method.input.fields.find((field) => field.name === name)?.localName ?? name;
}
