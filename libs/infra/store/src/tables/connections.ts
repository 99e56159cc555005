import type { ColumnType } from 'kysely';

type Json = ColumnType<unknown, string, string>;

/** Tables of `@devmesh/connections`; nobody else queries them. */
export interface ConnectionsTables {
  connections: {
    id: string;
    organization_id: string;
    system: string;
    name: string;
    environment: string;
    endpoint: string | null;
    settings: Json;
    /** JWE to the system's pinned key: nobody but that adapter can open it. */
    sealed_credential: string | null;
    is_default: boolean;
    version: number;
    created_by: string;
    created_at: Date;
    updated_at: Date;
  };
  /** Of the installation, not of an organisation: the key that credentials of a system are sealed to. */
  system_keys: {
    system: string;
    public_jwk: Json;
    thumbprint: string;
    pinned_at: Date;
    /** The last other key that was announced and refused, so that one intruder makes one security event. */
    refused_thumbprint: string | null;
    refused_at: Date | null;
  };
  /** The last announcement of each system, so that a door that starts late knows its tools. */
  announcements: {
    system: string;
    app_version: string;
    announcement: Json;
    /** Of all but `instance`: tells that nothing changed without reading the announcement. */
    content_hash: string;
    announced_at: Date;
  };
}
