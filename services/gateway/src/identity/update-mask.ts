import type { FieldMask } from '@bufbuild/protobuf/wkt';

/**
 * Returns the fields that a PATCH names in its mask; a field in the mask that is unset is null. The mask has the proto
 * names. In this area each proto name is a single word, so it is the same in code.
 */
export function maskedFields<R extends { updateMask?: FieldMask | undefined }, K extends keyof R & string>(
  request: R,
  names: readonly K[],
): { [N in K]?: R[N] | null } {
  const present = names.filter((name) => request.updateMask?.paths.includes(name));
  const entries = present.map((name) => [name, request[name] ?? null]);
  // Object.fromEntries loses the type of each key.
  return Object.fromEntries(entries) as { [N in K]?: R[N] | null };
}
