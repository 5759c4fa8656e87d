// Groups of hosts, desired state, and the drift from it. Putting drift right is a
// run, and so a route of remediation.

import type { DesiredState as DesiredStateRecord, HostGroup as GroupRecord, InventoryApi } from '#inventory/api.ts';
import {
  DesiredState,
  DesiredStateChange,
  DesiredStateList,
  DriftQuery,
  HostGroup,
  HostGroupChange,
  HostGroupList,
  NewDesiredState,
  NewHostGroup,
} from '#web/contract/desired-state.ts';
import { DriftList } from '#web/contract/inventory.ts';
import { Empty, IdParams, instant } from '#web/contract/shared.ts';
import type { App } from '../app.ts';
import { toDrift } from './inventory.ts';

const toGroup = ({ createdAtMs, ...group }: GroupRecord): HostGroup => ({ ...group, createdAt: instant(createdAtMs) });

const toState = ({ createdAtMs, updatedAtMs, target, ...state }: DesiredStateRecord): DesiredState => ({
  ...state,
  target: { hostIds: [...target.hostIds], groupIds: [...target.groupIds] },
  createdAt: instant(createdAtMs),
  updatedAt: instant(updatedAtMs),
});

const viewer = { access: 'viewer' as const };
const engineer = { access: 'engineer' as const };

export function desiredStateRoutes(app: App, deps: { inventory: InventoryApi }): void {
  groupRoutes(app, deps.inventory);
  definitionRoutes(app, deps.inventory);

  app.get(
    '/api/v1/drift',
    {
      config: viewer,
      schema: {
        tags: ['desired state'],
        summary: 'How hosts stand against their desired state, worst first',
        querystring: DriftQuery,
        response: { 200: DriftList },
      },
    },
    async (request) => {
      const { status, limit = 200, ...filter } = request.query;
      const entries = await deps.inventory.listDrift({ ...filter, limit, ...(status && { statuses: [status] }) });
      return { items: entries.map(toDrift), nextCursor: null };
    },
  );
}

function groupRoutes(app: App, inventory: InventoryApi): void {
  const tags = ['inventory'];
  const groupOf = async (id: string) => toGroup(await inventory.getGroup(id));

  app.get(
    '/api/v1/groups',
    { config: viewer, schema: { tags, summary: 'Groups of hosts', response: { 200: HostGroupList } } },
    async () => ({ items: (await inventory.listGroups()).map(toGroup), nextCursor: null }),
  );

  app.post(
    '/api/v1/groups',
    { config: engineer, schema: { tags, summary: 'Add a group', body: NewHostGroup, response: { 200: HostGroup } } },
    async (request) => groupOf(await inventory.createGroup(request.actor, request.body)),
  );

  app.get(
    '/api/v1/groups/:id',
    { config: viewer, schema: { tags, summary: 'One group', params: IdParams, response: { 200: HostGroup } } },
    (request) => groupOf(request.params.id),
  );

  app.patch(
    '/api/v1/groups/:id',
    {
      config: engineer,
      schema: {
        tags,
        summary: 'Change a group',
        params: IdParams,
        body: HostGroupChange,
        response: { 200: HostGroup },
      },
    },
    async (request) => {
      await inventory.updateGroup(request.actor, request.params.id, request.body);
      return groupOf(request.params.id);
    },
  );

  app.delete(
    '/api/v1/groups/:id',
    { config: engineer, schema: { tags, summary: 'Delete a group', params: IdParams, response: { 200: Empty } } },
    async (request) => {
      await inventory.deleteGroup(request.actor, request.params.id);
      return {};
    },
  );
}

function definitionRoutes(app: App, inventory: InventoryApi): void {
  const tags = ['desired state'];
  const stateOf = async (id: string) => toState(await inventory.getDesiredState(id));

  app.get(
    '/api/v1/desired-state',
    { config: viewer, schema: { tags, summary: 'What hosts should be like', response: { 200: DesiredStateList } } },
    async () => ({ items: (await inventory.listDesiredStates()).map(toState), nextCursor: null }),
  );

  app.post(
    '/api/v1/desired-state',
    {
      config: engineer,
      schema: { tags, summary: 'Add a desired state', body: NewDesiredState, response: { 200: DesiredState } },
    },
    async (request) => {
      const { enabled = true, ...state } = request.body;
      return stateOf(await inventory.createDesiredState(request.actor, { ...state, enabled }));
    },
  );

  app.get(
    '/api/v1/desired-state/:id',
    {
      config: viewer,
      schema: { tags, summary: 'One desired state', params: IdParams, response: { 200: DesiredState } },
    },
    (request) => stateOf(request.params.id),
  );

  app.patch(
    '/api/v1/desired-state/:id',
    {
      config: engineer,
      schema: {
        tags,
        summary: 'Change a desired state',
        params: IdParams,
        body: DesiredStateChange,
        response: { 200: DesiredState },
      },
    },
    async (request) => {
      await inventory.updateDesiredState(request.actor, request.params.id, request.body);
      return stateOf(request.params.id);
    },
  );

  app.delete(
    '/api/v1/desired-state/:id',
    {
      config: engineer,
      schema: { tags, summary: 'Delete a desired state', params: IdParams, response: { 200: Empty } },
    },
    async (request) => {
      await inventory.deleteDesiredState(request.actor, request.params.id);
      return {};
    },
  );
}
