import { type DescMethod, getOption, hasOption } from '@bufbuild/protobuf';
import { type MethodRest, rest } from '@drippulse/proto/drippulse/rest/v1/rest_pb';

const restOptions = new WeakMap<DescMethod, MethodRest | undefined>();

/** Returns the rest option of a method. It is cached, because each reading from the descriptor decodes it. */
export function restOf(method: DescMethod): MethodRest | undefined {
  if (restOptions.has(method)) return restOptions.get(method);
  const option = hasOption(method, rest) ? getOption(method, rest) : undefined;
  restOptions.set(method, option);
  return option;
}
