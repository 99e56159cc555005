import type { Selectable, Tables } from '@devmesh/store';

export type CallRow = Selectable<Tables['calls']>;
export type ApprovalRow = Selectable<Tables['approvals']>;
