// What remediation asks of its neighbours, and no more: the part of each door that
// it uses. Tests bring a gateway of their own that answers by events.

import type { GatewayApi } from '#gateway/api.ts';
import type { InventoryApi } from '#inventory/api.ts';

export type Gateway = Pick<GatewayApi, 'sendRequest' | 'cancelRequest' | 'readRequests' | 'readOutput' | 'agentOfHost'>;
export type Inventory = Pick<InventoryApi, 'hostIdsOf' | 'listHosts' | 'namesOf' | 'catalogFor'>;
