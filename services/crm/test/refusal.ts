import { fromConnectError } from '@drippulse/rpc';

/** Returns the error of a call as `kind reason`, with its violations by field; undefined if the call succeeds. */
export async function refusal(call: Promise<unknown>) {
  try {
    await call;
  } catch (error) {
    const { kind, reason, violations } = fromConnectError(error);
    return { error: `${kind} ${reason}`, fields: Object.fromEntries(violations.map((v) => [v.field, v.message])) };
  }
  return undefined;
}
