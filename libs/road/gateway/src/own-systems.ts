/** Systems of DevMesh's own tools: `devmesh` for what is about calls, `memory` for contexts. No adapter may use these names. */
export const OWN_SYSTEMS: readonly string[] = ['devmesh', 'memory'];
