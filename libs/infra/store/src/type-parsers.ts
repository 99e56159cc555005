import pg from 'pg';

const INT8 = 20;
const DATE = 1082;
const TIMESTAMP_WITHOUT_ZONE = 1114;

type TextParser = (text: string) => unknown;

const parsers: Readonly<Record<number, TextParser>> = {
  [INT8]: parseInt8,
  // A calendar day has no zone: as a Date it would be yesterday in half of the world.
  [DATE]: (text) => text,
  [TIMESTAMP_WITHOUT_ZONE]: (text) => new Date(`${text.replace(' ', 'T')}Z`),
};

/**
 * How columns arrive, the same in both forms and without touching node-postgres' process-wide table: int8 and `count` as
 * number, `date` as `YYYY-MM-DD`, a time stamp without zone as UTC; the rest as node-postgres does it.
 */
export const typeParsers: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    const own = format === 'binary' ? undefined : parsers[oid];
    return own ?? (pg.types.getTypeParser(oid, format) as TextParser);
  },
};

function parseInt8(text: string): number {
  const value = Number(text);
  // A wrong number is worse than an error.
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} does not fit a number: select it as text.`);
  return value;
}
