// The part of net-snmp that the SNMP check uses.

declare module 'net-snmp' {
  import type { Socket, SocketType } from 'node:dgram';
  import type { EventEmitter } from 'node:events';

  export interface Varbind {
    oid: string;
    /** Of `ObjectType`. */
    type: number;
    /** Counter64 as big-endian bytes, texts as bytes. */
    value: number | bigint | string | boolean | Buffer | null;
  }

  export interface SessionOptions {
    port: number;
    version: number;
    transport: 'udp4' | 'udp6';
    /** Per try, milliseconds. */
    timeout: number;
    retries: number;
    context?: string;
    dgramModule: { createSocket(type: SocketType): Socket };
  }

  export interface V3User {
    name: string;
    level: number;
    authProtocol?: number;
    authKey?: string;
    privProtocol?: number;
    privKey?: string;
  }

  export interface Session extends EventEmitter {
    get(oids: string[], done: (error: Error | null, varbinds: Varbind[]) => void): void;
    close(): void;
  }

  const snmp: {
    createSession(host: string, community: string, options: SessionOptions): Session;
    createV3Session(host: string, user: V3User, options: SessionOptions): Session;
    isVarbindError(varbind: Varbind): boolean;
    varbindError(varbind: Varbind): string;
    Version1: number;
    Version2c: number;
    Version3: number;
    SecurityLevel: { noAuthNoPriv: number; authNoPriv: number; authPriv: number };
    AuthProtocols: Record<'md5' | 'sha' | 'sha224' | 'sha256' | 'sha384' | 'sha512', number>;
    PrivProtocols: Record<'aes', number>;
    ObjectType: Record<string, number>;
    RequestTimedOutError: { [Symbol.hasInstance](value: unknown): boolean };
  };
  export default snmp;
}
