// An agent's options from a gmond.conf, so that the agent is to its cluster what
// gmond was with the same file.

import path from 'node:path';
import { AppError } from '#kernel/errors.ts';
import type { AgentOptions, PythonModule } from './agent-options.ts';
import type { GmondConfig } from './gmond-config.ts';

// Debian's, where python_module names no other.
const PYTHON_FOLDER = '/usr/lib/ganglia/python_modules';

/** Throws `bad_settings` when the file leaves nothing to do: gmond does not start then either. */
export function optionsOfGmondConfig(config: GmondConfig): Partial<AgentOptions> {
  if (config.mute && config.deaf)
    throw new AppError(
      'bad_settings',
      'The configuration is both mute and deaf: it neither sends nor hears anything. Give it a udp_send_channel, or a ' +
        'udp_recv_channel or tcp_accept_channel, and take "mute = yes" or "deaf = yes" out of globals.',
    );
  const { overrideHostname, overrideIp } = config;
  return {
    targets: config.send.map(({ multicastInterface, bind, ...channel }) => ({
      ...channel,
      ...(multicastInterface !== undefined && { multicastInterface }),
      ...(bind !== undefined && { bind }),
    })),
    mute: config.mute,
    // A swap changes nothing: gmond names itself in full only when it is told to.
    spoof: overrideHostname !== undefined,
    ...(overrideHostname !== undefined && { name: overrideHostname, ip: overrideIp ?? overrideHostname }),
    location: config.location,
    profile: 'ganglia',
    confGroups: config.groups,
    sendMetadataIntervalSec: config.sendMetadataIntervalSec,
    maxValueBytes: config.maxUdpMessageBytes,
    gexec: config.gexec,
    ...(config.tags !== undefined && { tags: config.tags }),
    modules: pythonModules(config),
    debug: config.debugLevel > 0,
  };
}

function pythonModules({ modules }: GmondConfig): PythonModule[] {
  const loader = modules.find(({ name, enabled }) => name === 'python_module' && enabled);
  const folder = loader?.paramText ?? PYTHON_FOLDER;
  return modules
    .filter(({ language, enabled }) => enabled && language.toLowerCase() === 'python')
    .map(({ name, path: given, params }) => ({
      name,
      path: given?.endsWith('.py') ? given : path.join(folder, `${name}.py`),
      params,
    }));
}
