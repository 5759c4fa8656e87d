// One HTTP request and, when asked to, the redirects after it. Reads a bounded part of the
// body, keeps the certificate, judges nothing.

import { isIP } from 'node:net';
import { TLSSocket } from 'node:tls';
import { Agent, buildConnector, request, type Dispatcher } from 'undici';
import { certificateOf, type PeerCertificate } from './net-certificate.ts';

export interface HttpPlan {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';
  headers: Record<string, string>;
  /** Sent to the first origin only: another one must not get our credentials. */
  secretHeaders: Record<string, string>;
  body?: string;
  follow: boolean;
  maxRedirects: number;
  maxBodyBytes: number;
  verifyTls: boolean;
  /** Connect here in place of the URL's host. */
  address?: string;
  /** Name to ask for in TLS in place of the URL's host. */
  serverName?: string;
  family: 0 | 4 | 6;
  timeoutMs: number;
}

export interface HttpAnswer {
  /** After redirects. */
  url: URL;
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
  /** The body was longer than what is read. */
  isCut: boolean;
  redirects: number;
  /** The redirect that was not followed points to where we have been. */
  isCircle: boolean;
  /** Where a redirect that was not followed points to. */
  location?: URL;
  /** Of the first host. */
  certificate?: PeerCertificate;
}

const REDIRECT_BODY_BYTES = 4096;
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

/** Rejects with the error of the connection, or when `signal` aborts. Nothing of it is left open. */
export async function askHttp(url: URL, plan: HttpPlan, signal: AbortSignal): Promise<HttpAnswer> {
  let certificate: PeerCertificate | undefined;
  // An agent for each run: a kept connection would hide that no new one can be made.
  const dispatcher = new Agent({
    connect: connectorOf(url.host, plan, (socket) => {
      certificate ??= certificateOf(socket);
    }),
  });
  try {
    const answer = await askAndFollow(url, plan, dispatcher, signal);
    return { ...answer, ...(certificate && { certificate }) };
  } finally {
    await dispatcher.destroy();
  }
}

async function askAndFollow(first: URL, plan: HttpPlan, dispatcher: Agent, signal: AbortSignal): Promise<HttpAnswer> {
  let url = first;
  let { method, body } = plan;
  const seen = new Set<string>();
  for (let redirects = 0; ; redirects++) {
    const headers = url.origin === first.origin ? { ...plan.headers, ...plan.secretHeaders } : plan.headers;
    const sent = { method, headers, dispatcher, signal, ...(body !== undefined && { body }) };
    const response = await request(url, sent);
    const location = locationOf(response, url);
    const isCircle = location !== undefined && (location.href === url.href || seen.has(location.href));
    if (!location || !plan.follow || isCircle || redirects >= plan.maxRedirects) {
      const read = await readBody(response.body, plan.maxBodyBytes);
      const { statusCode: status, headers: received } = response;
      return { url, status, headers: received, ...read, redirects, isCircle, ...(location && { location }) };
    }
    // Destroyed unread it would throw where nobody listens.
    await readBody(response.body, REDIRECT_BODY_BYTES);
    seen.add(url.href);
    // What browsers do (RFC 9110 §15.4): 303 always becomes GET, 301 and 302 where it was POST.
    if (response.statusCode === 303 || (response.statusCode < 303 && method === 'POST')) {
      method = method === 'HEAD' ? 'HEAD' : 'GET';
      body = undefined;
    }
    url = location;
  }
}

/** Only to where HTTP is spoken: a page must not send us to files or other protocols. */
function locationOf({ statusCode, headers }: Dispatcher.ResponseData, from: URL): URL | undefined {
  const location = headers['location'];
  if (!REDIRECTS.includes(statusCode) || typeof location !== 'string' || !URL.canParse(location, from))
    return undefined;
  const to = new URL(location, from);
  return to.protocol === 'http:' || to.protocol === 'https:' ? to : undefined;
}

/** `address` and `serverName` are of the URL's own host; where a redirect leads elsewhere, that host is asked. */
function connectorOf(host: string, plan: HttpPlan, onTls: (socket: TLSSocket) => void): buildConnector.connector {
  const connect = buildConnector({
    rejectUnauthorized: plan.verifyTls,
    timeout: plan.timeoutMs,
    allowH2: false,
    ...(plan.family !== 0 && { family: plan.family }),
  });
  return (options, callback) => {
    const isFirst = options.host === host;
    const serverName = (isFirst ? plan.serverName : undefined) ?? options.servername ?? options.hostname;
    connect(
      {
        ...options,
        hostname: isFirst && plan.address !== undefined ? plan.address : options.hostname,
        // RFC 6066 §3: no address in the server name.
        ...(isIP(serverName) === 0 && { servername: serverName }),
      },
      (...[error, socket]) => {
        if (socket instanceof TLSSocket) onTls(socket);
        if (error) callback(error, null);
        else callback(null, socket);
      },
    );
  };
}

async function readBody(body: AsyncIterable<Buffer>, maxBytes: number): Promise<{ body: Buffer; isCut: boolean }> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > maxBytes) break;
  }
  return { body: Buffer.concat(chunks).subarray(0, maxBytes), isCut: bytes > maxBytes };
}
