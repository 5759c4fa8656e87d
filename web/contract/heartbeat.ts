// The ping URL of a heartbeat check.
//
//   POST      /api/v1/checks/:id/heartbeat-url       makes it, or another one; shown this once
//   GET|POST  /api/v1/heartbeat/:token               the run has succeeded
//   GET|POST  /api/v1/heartbeat/:token/start         a run begins
//   GET|POST  /api/v1/heartbeat/:token/fail          the run has failed
//   GET|POST  /api/v1/heartbeat/:token/:exitCode     the run has ended with this code

import Type from 'typebox';

export const HeartbeatUrl = Type.Object({
  token: Type.String(),
  path: Type.String({ description: 'Path of the ping URL on this server.' }),
});

export const HeartbeatPing = Type.Object({
  token: Type.String({ maxLength: 100 }),
  what: Type.Optional(Type.String({ pattern: '^(start|fail|\\d{1,3})$', description: 'start, fail or an exit code.' })),
});
