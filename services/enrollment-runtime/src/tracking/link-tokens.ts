import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  timingSafeEqual,
} from 'node:crypto';
import { parseKeyList } from '@drippulse/process';
import { z } from 'zod';

/** The meaning of a link in a mail. `deliveryKey` is the key of the delivery's effect. */
export type Link = {
  kind: LinkKind;
  organizationId: bigint;
  mode: 'live' | 'test';
  deliveryKey: string;
  /** The address that a `click` goes to; empty for other kinds. */
  url: string;
};

export type LinkKind = 'open' | 'click' | 'unsubscribe';

/** Makes and reads the tokens of links. */
export type LinkTokens = {
  /** Makes the token of a link. Equal links have equal tokens, so that a repeated mail has the same bytes. */
  make(link: Link): string;
  /** Reads a token. Returns undefined unless one of the keys made the token, for a link of this kind. */
  read(kind: LinkKind, text: string): Link | undefined;
};

const algorithm = 'aes-256-ctr';
const idBytes = 3;
const tagBytes = 16;
/** Maximum length of a token. The token of the longest address that is tracked is shorter. */
const longestToken = 8_192;

/**
 * Makes and reads tokens with the keys of `TRACKING_KEYS`: base64 keys of 32 bytes, comma separated. The first key
 * makes tokens; every key reads them. A token consists of key id, tag and encrypted text. The tag is an HMAC of the
 * text, and also the nonce of the encryption (the construction of SIV, RFC 5297). Thus a token reveals no id, address
 * or step name, and equal links have equal tokens. Throws a ConfigError that quotes no key.
 */
export function createLinkTokens(keys: string): LinkTokens {
  const { current, all } = parseKeyList('TRACKING_KEYS', keys, keyOf);
  const byId = new Map(all.map((key) => [key.id.toString('hex'), key]));
  return {
    make(link) {
      const text = Buffer.from(pack(link));
      const tag = tagOf(current, text);
      return Buffer.concat([current.id, tag, encrypt(current, tag, text)]).toString('base64url');
    },
    read(kind, given) {
      if (given.length > longestToken || !/^[\w-]+$/.test(given)) return undefined;
      const bytes = Buffer.from(given, 'base64url');
      // Base64url decoding ignores some bits, so without this check many different strings would be valid as the same
      // token.
      if (bytes.toString('base64url') !== given) return undefined;
      const key = byId.get(bytes.subarray(0, idBytes).toString('hex'));
      const tag = bytes.subarray(idBytes, idBytes + tagBytes);
      if (key === undefined || tag.length < tagBytes) return undefined;
      const text = decrypt(key, tag, bytes.subarray(idBytes + tagBytes));
      if (!timingSafeEqual(tagOf(key, text), tag)) return undefined;
      const link = unpack(text.toString());
      return link.kind === kind ? link : undefined;
    },
  };
}

/**
 * Key objects, made once. If a call gets a key as bytes, Node first makes a key object, which takes longer than the
 * rest of the call.
 */
type Key = { id: Buffer; tagging: KeyObject; encrypting: KeyObject };

function tagOf({ tagging }: Key, text: Buffer): Buffer {
  return createHmac('sha256', tagging).update(text).digest().subarray(0, tagBytes);
}

function encrypt({ encrypting }: Key, tag: Buffer, text: Buffer): Buffer {
  const cipher = createCipheriv(algorithm, encrypting, tag);
  return Buffer.concat([cipher.update(text), cipher.final()]);
}

function decrypt({ encrypting }: Key, tag: Buffer, text: Buffer): Buffer {
  const decipher = createDecipheriv(algorithm, encrypting, tag);
  return Buffer.concat([decipher.update(text), decipher.final()]);
}

const packed = z.tuple([
  z.enum(['open', 'click', 'unsubscribe']),
  z.string(),
  z.enum(['live', 'test']),
  z.string(),
  z.string(),
]);

function pack({ kind, organizationId, mode, deliveryKey, url }: Link): string {
  return JSON.stringify([kind, String(organizationId), mode, deliveryKey, url] satisfies z.infer<typeof packed>);
}

/** Unpacks the content of a link. The tag was verified, so the platform made the text. */
function unpack(text: string): Link {
  const [kind, organizationId, mode, deliveryKey, url] = packed.parse(JSON.parse(text));
  return { kind, organizationId: BigInt(organizationId), mode, deliveryKey, url };
}

function keyOf(secret: Buffer): Key {
  const derive = (purpose: string, bytes: number) => Buffer.from(hkdfSync('sha256', secret, '', purpose, bytes));
  return {
    id: derive('tracking key id', idBytes),
    tagging: createSecretKey(derive('tracking tag', 32)),
    encrypting: createSecretKey(derive('tracking text', 32)),
  };
}
