export const configuration = {
  desired: { add: 'New desired state', fixTitle: 'Put {{name}} right?', fixWhy: 'A run makes these hosts match.' },
  agents: { approve: 'Approve' },
} as const;
