import { nearestName } from '@devmesh/runtime';
import { z } from 'zod';

/** The name that was probably meant for an unknown field at `path`, from the schema itself. */
export function nearestField(schema: z.ZodType, path: readonly PropertyKey[], unknown: string): string | undefined {
  return nearestName(unknown, namesOf(path.reduce<z.ZodType[]>(step, [schema])));
}

function namesOf(schemas: readonly z.ZodType[]): string[] {
  return schemas.flatMap(unwrap).flatMap((schema) => (schema instanceof z.ZodObject ? Object.keys(schema.shape) : []));
}

function step(schemas: readonly z.ZodType[], key: PropertyKey): z.ZodType[] {
  return schemas.flatMap(unwrap).flatMap((schema) => {
    if (schema instanceof z.ZodArray) return [schema.element as z.ZodType];
    if (schema instanceof z.ZodRecord) return [schema.valueType as z.ZodType];
    const field: unknown = schema instanceof z.ZodObject ? schema.shape[String(key)] : undefined;
    return field instanceof z.ZodType ? [field] : [];
  });
}

/** What is inside optional, nullable, default, pipe, lazy; the choices of a union. */
function unwrap(schema: z.ZodType): z.ZodType[] {
  if (schema instanceof z.ZodUnion) return (schema.options as z.ZodType[]).flatMap(unwrap);
  if (schema instanceof z.ZodPipe) return unwrap(schema.in as z.ZodType);
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault
  ) {
    return unwrap(schema.unwrap() as z.ZodType);
  }
  return [schema];
}
