// A server on loopback that answers what it is told to, for exchanges that a
// real InfluxDB cannot be made to do at will. Keeps every request.

import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';

export interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

export interface Exchange {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface ExchangeServer {
  url: string;
  requests: Exchange[];
  /** Decides each answer; `hold` keeps requests open until `letGo`. */
  answer: (exchange: Exchange) => Answer;
  hold: boolean;
  held: number;
  letGo(): void;
  /** Resolves when so many requests have come in all. */
  received(count: number): Promise<void>;
  close(): Promise<void>;
}

export async function startExchangeServer(): Promise<ExchangeServer> {
  const waiting: [response: ServerResponse, exchange: Exchange][] = [];
  const http = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const exchange = { method, url, headers, body: Buffer.concat(chunks).toString() };
      server.requests.push(exchange);
      http.emit('exchange');
      if (server.hold) waiting.push([response, exchange]);
      else send(response, exchange);
    });
  });

  function send(response: ServerResponse, exchange: Exchange): void {
    const { status, headers, body } = server.answer(exchange);
    response.writeHead(status, headers).end(body);
  }

  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('no port');

  const server: ExchangeServer = {
    url: `http://127.0.0.1:${address.port}`,
    requests: [],
    answer: () => ({ status: 204 }),
    hold: false,
    get held() {
      return waiting.length;
    },
    letGo() {
      server.hold = false;
      for (const [response, exchange] of waiting.splice(0)) send(response, exchange);
    },
    async received(count) {
      while (server.requests.length < count) await once(http, 'exchange');
    },
    async close() {
      http.closeAllConnections();
      http.close();
      await once(http, 'close');
    },
  };
  return server;
}
