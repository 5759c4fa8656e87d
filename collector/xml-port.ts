// Opens a TCP port that serves XML, or explains why it cannot: a default port that is
// taken is done without, one that somebody asked for is not.

import type { Logger } from '#kernel/log.ts';
import { describeHolder, findPortHolder, portTaken } from '#kernel/port-holder.ts';
import type { XmlService } from './xml-service.ts';

/** `takenBy` says why it is not served. */
export interface XmlPortView {
  port: number;
  serving: boolean;
  takenBy?: string;
}

/** Throws AppError `port_taken` when the port is required, and the system's error for anything but a taken port. */
export async function openXmlPort(
  deps: { service: XmlService; log: Logger },
  wanted: { port: number; required: boolean; setting: string; what: string },
): Promise<XmlPortView> {
  const { port, required, setting, what } = wanted;
  try {
    return { port: await deps.service.listen(), serving: true };
  } catch (cause) {
    if (!isAddressInUse(cause)) throw cause;
    if (required) throw await portTaken({ protocol: 'tcp', port, setting, cause });
    const takenBy = describeHolder(await findPortHolder('tcp', port));
    deps.log.warn(`${what} is not served: its port is taken`, { port, takenBy });
    return { port, serving: false, takenBy };
  }
}

const isAddressInUse = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
