// The ciphers of NSCA that are still to be had: none, XOR, and of libmcrypt's those that
// OpenSSL has too. libmcrypt's "cfb" is CFB with 8 bits, going on from packet to packet.

import { createDecipheriv } from 'node:crypto';

/** `encryption_method` of send_nsca.cfg → what it is. Others (Blowfish, Twofish, CAST …) are in no library of ours. */
export const NSCA_METHODS = { 0: 'none', 1: 'xor', 2: 'des', 3: 'triple_des', 14: 'rijndael_128' } as const;
export type NscaMethod = keyof typeof NSCA_METHODS;

export const isNscaMethod = (method: number): method is NscaMethod => Object.hasOwn(NSCA_METHODS, method);

/**
 * Deciphers one connection. `bytes` follow those of the call before; `packetAt` is their offset in
 * their packet and they must not cross its end. Gives a new buffer.
 */
export type NscaDecipher = (bytes: Buffer, packetAt: number) => Buffer;

const DES_KEY_BYTES = 8;
const TRIPLE_DES_KEY_BYTES = 24;
const RIJNDAEL_KEY_BYTES = 32;

/** `iv`: the 128 bytes of the greeting. Rules recorded from send_nsca 2.10. */
export function createNscaDecipher(method: NscaMethod, password: string, iv: Buffer): NscaDecipher {
  switch (method) {
    case 0:
      return (bytes) => Buffer.from(bytes);
    case 1:
      return xor(iv, Buffer.from(password));
    case 2: {
      // Triple DES with one key thrice is DES, which OpenSSL no longer has by itself.
      const key = keyOf(password, DES_KEY_BYTES);
      return cfb8('des-ede3-cfb8', Buffer.concat([key, key, key]), iv.subarray(0, 8));
    }
    case 3:
      return cfb8('des-ede3-cfb8', keyOf(password, TRIPLE_DES_KEY_BYTES), iv.subarray(0, 8));
    case 14:
      return cfb8('aes-256-cfb8', keyOf(password, RIJNDAEL_KEY_BYTES), iv.subarray(0, 16));
    default:
      return method satisfies never;
  }
}

/** XOR with the greeting's bytes and then with those of the password, both anew for each packet. */
const xor =
  (iv: Buffer, password: Buffer): NscaDecipher =>
  (bytes, packetAt) => {
    const clear = Buffer.from(bytes);
    for (let i = 0; i < clear.length; i++) {
      const at = packetAt + i;
      const mask = (iv[at % iv.length] ?? 0) ^ (password.length > 0 ? (password[at % password.length] ?? 0) : 0);
      clear[i] = (clear[i] ?? 0) ^ mask;
    }
    return clear;
  };

function cfb8(algorithm: string, key: Buffer, iv: Buffer): NscaDecipher {
  const decipher = createDecipheriv(algorithm, key, iv);
  return (bytes) => decipher.update(bytes);
}

/** The password is the key: cut, or filled up with zeros. */
function keyOf(password: string, bytes: number): Buffer {
  const key = Buffer.alloc(bytes);
  Buffer.from(password).copy(key);
  return key;
}
