// Secrets at rest: AES-256-GCM under a key derived from PLEXUS_SECRET_KEY. What the
// secret is for goes in as associated data, so a sealed value cannot be moved elsewhere.

import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { AppError } from '#kernel/errors.ts';

export interface Sealer {
  /** `purpose` names owner and field, such as "contact:<id>:routingKey"; the same is needed to open. */
  seal(plain: string, purpose: string): string;
  /** Throws `secret_unreadable` when the key or the purpose is another, or the text was changed. */
  open(sealed: string, purpose: string): string;
}

const PREFIX = 'v1.';

export function createSealer(secretKey: string): Sealer {
  const key = Buffer.from(hkdfSync('sha256', secretKey, '', 'plexus secrets at rest', 32));
  return {
    seal(plain, purpose) {
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, iv);
      cipher.setAAD(Buffer.from(purpose));
      const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return PREFIX + Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url');
    },
    open(sealed, purpose) {
      try {
        const bytes = Buffer.from(sealed.slice(PREFIX.length), 'base64url');
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12));
        decipher.setAAD(Buffer.from(purpose));
        decipher.setAuthTag(bytes.subarray(12, 28));
        return decipher.update(bytes.subarray(28), undefined, 'utf8') + decipher.final('utf8');
      } catch (cause) {
        throw new AppError(
          'secret_unreadable',
          `A stored secret (${purpose}) cannot be read with this PLEXUS_SECRET_KEY.`,
          { cause },
        );
      }
    },
  };
}
