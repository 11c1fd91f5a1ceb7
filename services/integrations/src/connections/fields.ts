import { DomainError, refuseViolations } from '@drippulse/errors';
import { nearest } from '@drippulse/json';
import { findProvider, type Provider, providerAliases, providerKeys } from '@drippulse/providers';

const longestNote = 1_000;

/** Reads the provider of a request, by its key or alias. */
export function readProvider(name: string): Provider {
  const provider = findProvider(name);
  if (provider !== undefined) return provider;
  const suggestion = nearest(name, [...providerKeys, ...Object.keys(providerAliases)]);
  const hint = suggestion === undefined ? '' : `; did you mean ${suggestion}?`;
  throw new DomainError('invalid', 'unknown_provider', `provider is not a known provider of integrations${hint}`, {
    violations: [
      {
        field: 'provider',
        message: 'is not a known provider of integrations',
        code: 'enum',
        allowed: [...providerKeys],
        ...(suggestion !== undefined && { suggestion }),
      },
    ],
  });
}

/** Reads the key of a connection from a request. Default: `default`. */
export function readExternalKey(key: string | undefined): string {
  const text = key ?? 'default';
  if (/^[\w.-]{1,64}$/.test(text)) return text;
  refuseViolations([{ field: 'external_key', message: 'must be 1 to 64 letters, digits, ., _ or -', code: 'format' }]);
  return text;
}

export function readNote(note: string | undefined): string | null {
  const text = note?.trim() ?? '';
  if (text.length > longestNote) {
    refuseViolations([{ field: 'note', message: `must have at most ${longestNote} characters`, code: 'length' }]);
  }
  return text === '' ? null : text;
}

export function connectionExists({ name }: Provider, externalKey: string): DomainError {
  const message = `The organization already has a connection to ${name} with the key ${externalKey}.`;
  return new DomainError('already_exists', 'integration_connection_exists', message, {
    violations: [{ field: 'external_key', message: 'is taken', code: 'duplicate' }],
  });
}
