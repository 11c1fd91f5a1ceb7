import type { FieldMask } from '@bufbuild/protobuf/wkt';

/**
 * The fields that a PATCH names in its mask: absent ones are absent, those set to null are null. Names are the proto's,
 * all of one word in this area, so that they read the same in the mask and in code.
 */
export function maskedFields<R extends { updateMask?: FieldMask | undefined }, K extends keyof R & string>(
  request: R,
  names: readonly K[],
): { [N in K]?: R[N] | null } {
  const present = names.filter((name) => request.updateMask?.paths.includes(name));
  const entries = present.map((name) => [name, request[name] ?? null]);
  // Object.fromEntries forgets which key has which type.
  return Object.fromEntries(entries) as { [N in K]?: R[N] | null };
}
