export const jobs = {
  status: {
    queued: 'waiting',
    running: 'running',
    succeeded: 'done',
    partially_failed: 'partly failed',
    failed: 'failed',
    canceled: 'stopped',
  },
  source: {
    adhoc: 'ad hoc',
    runbook: 'runbook',
    reflex: 'reflex',
    deploy: 'deploy',
    rollback: 'roll-back',
    drift: 'drift',
  },
  phase: { done: 'done', running: 'running', failed: 'failed', lost: 'no proof', waiting: 'waiting' },
  column: { status: 'Status', run: 'Run', hosts: 'Hosts', by: 'Asked for by', started: 'Started', took: 'Took' },
} as const;
