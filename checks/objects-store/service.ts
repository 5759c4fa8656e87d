// Puts monitoring objects together: the door for consoles and commands, and the follower that
// puts rules to the inventory again when it changes.

import type { Clock } from '#kernel/clock.ts';
import { badRequest } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import type { Service } from '#kernel/service.ts';
import type { Notifications } from '#store/notifications.ts';
import { transaction } from '#store/postgres.ts';
import type { ObjectEdit, ObjectsApi, SetRequest } from '../objects-api.ts';
import { withOthers } from './compare-objects.ts';
import { withEdit, withoutObject } from './edit-object.ts';
import { createInventoryFollower } from './follow-inventory.ts';
import { loadSets } from './load-sets.ts';
import { exportSet, findObject, getObject, getSet, listObjects, listSets } from './object-queries.ts';
import { resolveSets } from './resolve-sets.ts';
import { clusterOf, createSync, refuseSetName, type SetChange, type SyncDeps } from './sync.ts';
import { readRule, testRule } from './test-rule.ts';
import { planInThread, readInThread } from './thinker.ts';

type ObjectsDeps = Omit<SyncDeps, 'computePlan'> & { clock: Clock; log: Logger; notifications: Notifications };

export interface Objects extends Service {
  readonly api: ObjectsApi;
  /** Resolves when every change of the inventory committed before the call has been acted on. */
  drain(): Promise<void>;
}

export function createObjects(deps: ObjectsDeps): Objects {
  const { db } = deps;
  const sync = createSync({ ...deps, computePlan: planInThread });
  const follower = createInventoryFollower(deps, sync);

  async function setChange({
    name,
    documents,
    cluster,
    acceptRest = false,
    keepsOthers,
  }: SetRequest): Promise<SetChange> {
    refuseSetName(name);
    if (acceptRest && documents.kind === 'yaml')
      throw badRequest(
        'bad_arguments',
        'acceptRest is for Nagios configurations; YAML documents are taken as a whole.',
      );
    const read = await readInThread(documents);
    return {
      name,
      acceptRest,
      after: (before) => ({
        ...read,
        objects: keepsOthers ? withOthers(read.objects, before?.objects ?? []) : read.objects,
        cluster: clusterOf(before, cluster),
      }),
    };
  }

  function editChange(edit: ObjectEdit): SetChange {
    refuseSetName(edit.owner);
    return { name: edit.owner, acceptRest: false, acceptsKnown: true, after: (before) => withEdit(before, edit) };
  }

  async function deletion(id: string): Promise<SetChange> {
    const { owner: name } = await findObject(db, id);
    return { name, acceptRest: false, acceptsKnown: true, after: (before) => before && withoutObject(before, id) };
  }

  const removal = (name: string, acceptRest = false): SetChange => ({ name, acceptRest, after: undefined });

  return {
    name: 'objects',
    api: {
      listSets: () => listSets(db),
      getSet: (name) => getSet(db, name),
      preview: async (request) => sync.preview(await setChange(request)),
      apply: async (actor, request) => sync.apply(actor, await setChange(request)),
      previewRemoval: (name) => sync.preview(removal(name)),
      removeSet: (actor, name, options) => sync.apply(actor, removal(name, options?.acceptRest)),
      exportSet: (name) => exportSet(db, name),
      listObjects: (filter) => listObjects(db, filter),
      getObject: (id) => getObject(db, id),
      previewEdit: (edit) => sync.preview(editChange(edit)),
      applyEdit: (actor, edit) => sync.apply(actor, editChange(edit)),
      previewDelete: async (id) => sync.preview(await deletion(id)),
      deleteObject: async (actor, id) => sync.apply(actor, await deletion(id)),
      testRule: async (yaml, search) => {
        const rule = readRule(yaml);
        return transaction(db, async (trx) =>
          testRule(rule, resolveSets(await loadSets(trx), await deps.inventory.objects.listRuleHosts(trx)), search),
        );
      },
    },
    start: (signal) => follower.start(signal),
    stop: () => follower.stop(),
    drain: () => follower.drain(),
  };
}
